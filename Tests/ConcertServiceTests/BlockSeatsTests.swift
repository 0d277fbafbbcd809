import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct BlockSeatsTests {
    struct Accepts {
        @Test func `seats that another instance has added can be blocked immediately`() async throws {
            try await House.with(.postgreSQL, instances: 2) { house in
                let (concert, schedule) = (house.concert, house.schedule)
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
        func `free seats are blocked, held seats are kept until their deadline`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.reserve("A-1-2", as: .alice, number: 10)
                let calls = house.calls(of: .operator)
                let reply = try await calls.blockSeats(house.block(1...3), CallOptions(requestID: .numbered(11)))
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 2, kept: 1))
                let failure = await expectRefusal("SEAT_BLOCKED") {
                    try await house.reserve("A-1-1", as: .bob, number: 12)
                }
                #expect(failure?.message == "seat A-1-1 is not for sale: camera")
                let history = try await house.history(of: "A-1-1")
                #expect(history.state == .blocked && history.blockedReason == "camera")
                house.clock.advance(by: .minutes(5))
                let lapsed = try await calls.blockSeats(house.block(1...3), CallOptions(requestID: .numbered(14)))
                #expect(lapsed.counts == SeatChangeCounts(added: 0, changed: 1, kept: 0))
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a seat that does not exist is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("SEAT_UNKNOWN") {
                    try await house.calls(of: .operator).blockSeats(
                        house.block(9...11), CallOptions(requestID: .numbered(13)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its counts, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                for _ in 1...2 {
                    let reply = try await calls.blockSeats(house.block(1...3), CallOptions(requestID: .numbered(11)))
                    #expect(reply.counts == SeatChangeCounts(added: 0, changed: 3, kept: 0))
                }
                var other = house.block(1...3)
                other.reason = "stage"
                await expectRefusal("REQUEST_ID_REUSED") { [other] in
                    try await calls.blockSeats(other, CallOptions(requestID: .numbered(11)))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates block seats once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let (one, two) = try await house.twice {
                    try await $0.blockSeats(house.block(1...10), CallOptions(requestID: .numbered(100)))
                }
                #expect(one == two)
                #expect(one.counts == SeatChangeCounts(added: 0, changed: 10, kept: 0))
            }
        }
    }
}
