import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ReleaseReservationTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a released seat is free at once`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                #expect(try await house.release(held, as: .alice).state == .released)
                #expect(try await house.reserve("A-1-1", as: .bob, number: 11).state == .held)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a sold reservation is refused, and so is one of another user`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.sold("A-1-1")
                await expectRefusal("ALREADY_SOLD") { try await house.release(sold, as: .alice) }
                await expectRefusal("RESERVATION_UNKNOWN") { try await house.release(sold, as: .bob) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated release changes nothing, also after another user has taken the seat`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                let released = try await house.release(held, as: .alice)
                let other = try await house.reserve("A-1-1", as: .bob, number: 11)
                #expect(try await house.release(held, as: .alice) == released)
                #expect(try await house.show(other, as: .bob).state == .held)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates release seats once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 102)
                let alice = TestCaller.alice.credential(house.service.keys)
                let (one, two) = try await house.twice {
                    try await $0.releaseReservation(
                        ReleaseReservationRequest(concertID: house.concert, reservationID: held.reservationID),
                        CallOptions(credential: alice))
                }
                #expect(one == two)
                #expect(one.reservation.state == .released)
                #expect(try await house.map().held.isEmpty)
            }
        }
    }
}
