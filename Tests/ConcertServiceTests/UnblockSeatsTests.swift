import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct UnblockSeatsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `blocked seats are on sale again, other seats do not change`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                _ = try await calls.blockSeats(house.block(1...3), CallOptions(requestID: .numbered(10)))
                let held = try await house.reserve("A-1-5", as: .alice, number: 11)
                let reply = try await calls.unblockSeats(house.unblock(1...5), CallOptions(requestID: .numbered(12)))
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 3, kept: 1))
                #expect(try await house.reserve("A-1-1", "A-1-2", as: .bob, number: 13).state == .held)
                #expect(try await house.show(held, as: .alice).state == .held)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a seat that does not exist is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("SEAT_UNKNOWN") {
                    try await house.calls(of: .operator).unblockSeats(
                        house.unblock(9...11), CallOptions(requestID: .numbered(12)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its counts, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                _ = try await calls.blockSeats(house.block(1...3), CallOptions(requestID: .numbered(10)))
                for _ in 1...2 {
                    let reply = try await calls.unblockSeats(
                        house.unblock(1...5), CallOptions(requestID: .numbered(12)))
                    #expect(reply.counts == SeatChangeCounts(added: 0, changed: 3, kept: 0))
                }
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await calls.unblockSeats(house.unblock(1...4), CallOptions(requestID: .numbered(12)))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates unblock seats once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                _ = try await house.calls(of: .operator).blockSeats(
                    house.block(1...10), CallOptions(requestID: .numbered(100)))
                let (one, two) = try await house.twice {
                    try await $0.unblockSeats(house.unblock(1...10), CallOptions(requestID: .numbered(101)))
                }
                #expect(one == two)
                #expect(one.counts == SeatChangeCounts(added: 0, changed: 10, kept: 0))
            }
        }
    }
}

extension House {
    fileprivate func unblock(_ numbers: ClosedRange<UInt32>) -> UnblockSeatsRequest {
        UnblockSeatsRequest(
            concertID: concert, scheduleID: schedule, seats: [.row("A", "1", numbers)])
    }
}
