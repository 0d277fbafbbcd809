import Database
import Kernel
import Programs
import Service
import Telemetry
import TestSupport
import Testing

/// Starts services on databases that were written with another clock.
@Suite struct NewestTimeTests {
    private static let migrations = [
        Migration(
            "create a table", .table("create table thing (id bigint not null, constraint thing_key primary key (id))"))
    ]

    /// Returns the problems of a service that starts at `start` on a database that was written at noon.
    private func problems(on engine: Engine, startingAt start: Timestamp) async throws -> [String] {
        let clock = ManualClock()
        let writer = NewestTime(clock, Metrics(), Health())
        let observe: @Sendable (DatabaseEvent) -> Void = { writer.observe($0) }
        let store = try await TestDatabase.make(on: engine)
        let database = try Database(url: store.url, migrations: Self.migrations, clock: clock, observe: observe)
        try await database.transaction { tx in try tx.execute("insert into thing (id) values (1)") }
        try await writer.job(on: database).run()
        let health = Health()
        health.enter(.running)
        let reader = NewestTime(ManualClock(at: start), Metrics(), health)
        try await reader.load(from: database)
        await database.close()
        return health.problems
    }

    @Test(arguments: Engine.available)
    func `rows more than five seconds in the future make the service unready`(engine: Engine) async throws {
        let found = try await problems(on: engine, startingAt: .noon - .milliseconds(5001))
        #expect(
            found == [
                "rows: the newest row of the database is of 2026-11-20T12:00:00.000Z, 5 s ahead of the clock "
                    + "of this machine. Correct the clock and restart the service. If this clock is right, wait, "
                    + "or start with --accept-newer-rows"
            ])
    }

    @Test(arguments: Engine.available)
    func `rows up to five seconds in the future are accepted`(engine: Engine) async throws {
        #expect(try await problems(on: engine, startingAt: .noon - .seconds(5)) == [])
    }

    @Test(arguments: Engine.available)
    func `an unwritten database has no newest time, and the job does not write`(engine: Engine) async throws {
        let (clock, health, commits) = (ManualClock(), Health(), Recorder<DatabaseEvent>())
        health.enter(.running)
        let newest = NewestTime(clock, Metrics(), health)
        let store = try await TestDatabase.make(on: engine)
        let database = try Database(url: store.url, migrations: Self.migrations, clock: clock) { event in
            newest.observe(event)
            if case .committed = event { commits.add(event) }
        }
        try await newest.load(from: database)
        let job = newest.job(on: database)
        try await database.transaction { tx in try tx.execute("insert into thing (id) values (1)") }
        try await job.run()
        let count = commits.all.count
        for _ in 1...3 { try await job.run() }
        #expect(commits.all.count == count, "no other commit since")
        #expect(health.problems == [])
        await database.close()
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `the newest time never decreases, even after a write with an earlier clock`(engine: Engine) async throws {
        let health = Health()
        health.enter(.running)
        let store = try await TestDatabase.make(on: engine)
        for start in [Timestamp.noon, .noon - .hours(1)] {
            let clock = ManualClock(at: start)
            let newest = NewestTime(clock, Metrics(), Health())
            let database = try Database(
                url: store.url, migrations: Self.migrations, clock: clock, observe: { newest.observe($0) })
            try await database.transaction { tx in
                try tx.execute("insert into thing (id) values ($1)", start.milliseconds)
            }
            try await newest.job(on: database).run()
            if start < .noon {
                let reader = NewestTime(clock, Metrics(), health)
                try await reader.load(from: database)
            }
            await database.close()
        }
        #expect(health.problems.first?.contains("of 2026-11-20T12:00:00.000Z, 3600 s ahead") == true)
    }
}
