import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowReservationTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a reservation is shown as expired from its deadline on`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                #expect(try await house.show(mine, as: .alice) == mine)
                house.clock.advance(by: .minutes(5))
                let late = try await house.show(mine, as: .alice)
                #expect(late.state == .expired && late.endedAt == mine.deadline)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a reservation of another user is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                await expectRefusal("RESERVATION_UNKNOWN") { try await house.show(mine, as: .bob) }
            }
        }
    }
}
