import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

/// The job "sweep" records expiries.
@Suite struct SweepTests {
    @Test(arguments: Engine.available)
    func `the sweep records expiry and frees the seats`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
            let other = try await house.reserve("B-1-1", as: .user(1), number: 12)
            house.clock.advance(by: .minutes(5))
            _ = try await house.reserve("A-1-1", as: .bob, number: 11)
            try await house.service.run("sweep")
            let states = try await house.service.instances[0].database.read { reader in
                try reader.rows("select state from seat where label in ('A-1-1', 'A-1-2', 'B-1-1') order by label") {
                    row in try row.int(0)
                }
            }
            #expect(states == [1, 0, 0])
            #expect(try await house.show(other, as: .user(1)).state == .expired)
            #expect(try await house.show(mine, as: .alice).state == .expired)
        }
    }
}
