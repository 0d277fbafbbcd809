import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct UnblockSeatsTests {
    @Test(arguments: Engine.available)
    func `unblocked seats are on sale again, other seats do not change`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let (concert, schedule) = (house.concert.bytes, house.schedule.bytes)
            let block = BlockSeatsRequest(
                concertID: concert, scheduleID: schedule, seats: [.row("A", "1", 1...3)], reason: "camera")
            _ = try await calls.blockSeats(block, CallOptions(requestID: .numbered(10)))
            let held = try await house.reserve("A-1-5", as: .alice, number: 11)
            let unblock = UnblockSeatsRequest(
                concertID: concert, scheduleID: schedule, seats: [.row("A", "1", 1...5)])
            for _ in 1...2 {
                let reply = try await calls.unblockSeats(unblock, CallOptions(requestID: .numbered(12)))
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 3, kept: 1))
            }
            #expect(try await house.reserve("A-1-1", "A-1-2", as: .bob, number: 13).state == .held)
            #expect(try await house.show(held, as: .alice).state == .held)
        }
    }
}
