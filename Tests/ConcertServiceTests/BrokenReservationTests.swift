import ConcertAPI
import Database
import Kernel
import RPC
import Runtime
import TestSupport
import Testing

/// The test breaks an invariant directly in the database.
@Suite struct BrokenReservationTests {
    @Test(arguments: Engine.available)
    func `a payment for a reservation with a lost seat decides nothing and is counted`(
        engine: Engine
    ) async throws {
        try await House.with(engine) { house in
            let instance = house.service.instances[0]
            let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
            let taken = try await instance.database.transaction { tx in
                try tx.executeCounting(
                    "update seat set state = 0, reservation_id = null, until = null where state = 1 and label = $1",
                    "A-1-2")
            }
            #expect(taken == 1)
            let failure = await #expect(throws: RPCFailure.self) { try await house.confirm(mine, payment: 11) }
            #expect(failure?.code == .internal)
            #expect(instance.metrics.prometheusText.contains("\nconcert_broken_invariants_total 1\n"))
            let decisions = try await instance.database.read { reader in
                try reader.first("select count(*) from decision") { row in try row.int(0) }
            }
            #expect(decisions == 0)
            #expect(try await house.show(mine, as: .alice).state == .held)
            #expect(try await house.tickets(of: .alice).isEmpty)
        }
    }
}
