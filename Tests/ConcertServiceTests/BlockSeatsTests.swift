import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct BlockSeatsTests {
    @Test func `seats that another instance has added can be blocked immediately`() async throws {
        try await House.with(.postgreSQL, instances: 2) { house in
            let (concert, schedule) = (house.concert.bytes, house.schedule.bytes)
            let (first, second) = (house.calls(of: .operator), house.calls(of: .operator, instance: 1))
            _ = try await second.showSeats(ShowSeatsRequest(concertID: concert, scheduleID: schedule))
            let offer = SeatOffer.row("C", "1", 1...2, grade: "C", price: 100)
            _ = try await first.setSeats(house.seats([offer]), CallOptions(requestID: .numbered(10)))
            let block = BlockSeatsRequest(
                concertID: concert, scheduleID: schedule, seats: [.row("C", "1", 1...2)], reason: "camera")
            #expect(
                try await second.blockSeats(block, CallOptions(requestID: .numbered(11))).counts
                    == SeatChangeCounts(added: 0, changed: 2, kept: 0))
        }
    }

    @Test(arguments: Engine.available)
    func `free seats are blocked once, held seats are kept`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            _ = try await house.reserve("A-1-2", as: .alice, number: 10)
            let block = BlockSeatsRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, seats: [.row("A", "1", 1...3)],
                reason: "camera")
            for _ in 1...2 {
                let reply = try await calls.blockSeats(block, CallOptions(requestID: .numbered(11)))
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 2, kept: 1))
            }
            let failure = await expectRefusal("SEAT_BLOCKED") { try await house.reserve("A-1-1", as: .bob, number: 12) }
            #expect(failure?.message == "seat A-1-1 is not for sale: camera")
            let history = try await house.history(of: "A-1-1")
            #expect(history.state == .blocked)
            #expect(history.blockedReason == "camera")
            var unknown = block
            unknown.seats = [.row("A", "1", 9...11)]
            await expectRefusal("SEAT_UNKNOWN") {
                try await calls.blockSeats(unknown, CallOptions(requestID: .numbered(13)))
            }
            await expectRefusal("REQUEST_ID_REUSED") {
                try await calls.blockSeats(
                    BlockSeatsRequest(
                        concertID: house.concert.bytes, scheduleID: house.schedule.bytes,
                        seats: [.row("A", "1", 1...3)], reason: "stage"), CallOptions(requestID: .numbered(11)))
            }
            house.clock.advance(by: .minutes(5))
            let lapsed = try await calls.blockSeats(block, CallOptions(requestID: .numbered(14)))
            #expect(lapsed.counts == SeatChangeCounts(added: 0, changed: 1, kept: 0))
        }
    }
}
