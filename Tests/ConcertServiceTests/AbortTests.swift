import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct AbortTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `an abort is final for its payment, and the reservation stays held`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                for _ in 1...2 { #expect(try await house.abort(mine, payment: 11).reason == .requested) }
                #expect(try await house.confirm(mine, payment: 11).reason == .requested)
                #expect(try await house.show(mine, as: .alice).state == .held)
                #expect(try await house.confirm(mine, payment: 12).outcome == .confirmed)
                #expect(try await house.abort(mine, payment: 12).outcome == .confirmed)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an id of another length is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("INVALID_FIELD") {
                    try await house.service.client(of: .service).call(
                        ConcertMethods.abort.withRawIDs, RawIDs(first: house.concert.bytes, second: [1]))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated abort gets the decision of the first one`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                let first = try await house.abort(mine, payment: 11)
                house.clock.advance(by: .minutes(1))
                #expect(try await house.abort(mine, payment: 11) == first)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous confirm and abort of one payment get the same outcome`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                async let confirmed = house.confirm(mine, payment: 11)
                async let aborted = house.abort(mine, payment: 11)
                let (one, other) = try await (confirmed, aborted)
                #expect(one.outcome == other.outcome)
            }
        }
    }
}
