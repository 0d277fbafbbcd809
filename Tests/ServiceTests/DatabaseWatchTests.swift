import Database
import Kernel
import Runtime
import Service
import TestSupport
import Testing

@Suite struct DatabaseWatchTests {
    @Test func `a database that says nothing makes its program unready`() async throws {
        let clock = ManualClock()
        let health = Health()
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .warning, clock: clock) { _ in }, Metrics(), health, clock)
        var limits = DatabaseLimits()
        limits.connections = 1
        let migrations = [Migration("create nothing")]
        try await TestDatabase.with(.postgreSQL, migrations, clock: clock, limits: limits) { database in
            let check = watch.check(of: database)
            try await check.run()
            #expect(health.problems == [])
            let gate = Gate()
            let silent = Task { try await database.transaction { _ in gate.pass() } }
            try await gate.reached()
            let asked = Task { try await check.run() }
            try await database.waiting(1)
            clock.advance(by: .seconds(3))
            #expect(health.problems == [])
            clock.advance(by: .seconds(2))
            #expect(health.problems == ["database: no answer for 5 s"])
            gate.open()
            try await silent.value
            await #expect(throws: DatabaseError.self, "its second is over") { try await asked.value }
            #expect(health.problems == ["database: the deadline passed before the database could begin"])
            try await check.run()
            #expect(health.problems == [])
        }
    }
}
