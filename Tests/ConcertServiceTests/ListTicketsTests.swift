import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ListTicketsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `tickets of sold seats are listed in the order of the seats, only to their user`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                _ = try await house.reserve("A-1-1", as: .alice, number: 8)
                _ = try await house.sold("A-1-10", "A-1-2")
                #expect(try await house.tickets(of: .alice).map(\.seat) == ["A-1-2", "A-1-10"])
                #expect(try await house.tickets(of: .bob).isEmpty)
            }
        }
    }
}
