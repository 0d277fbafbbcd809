import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ListReservationsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the latest of the own reservations comes first`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let first = try await house.reserve("A-1-1", as: .alice, number: 10)
                let second = try await house.reserve("A-1-2", as: .alice, number: 11)
                _ = try await house.reserve("A-1-3", as: .bob, number: 12)
                let list = try await house.calls(of: .alice).listReservations(
                    ListReservationsRequest(concertID: house.concert))
                #expect(list.reservations == [second, first])
            }
        }
    }
}
