import Database
import Kernel
import Programs
import Service
import Telemetry
import TestSupport
import Testing
import Threads

@Suite struct DatabaseWatchTests {
    @Test func `a database that does not answer makes its program unready`() async throws {
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
            await #expect(throws: DatabaseError.self, "the check waits for one second") { try await asked.value }
            #expect(
                health.problems == [
                    "database: the deadline passed before the database started the call: send the request again"
                ])
            try await check.run()
            #expect(health.problems == [])
        }
    }

    @Test(arguments: Engine.available)
    func `after a failed write the program is not ready until a write succeeds`(
        engine: Engine
    ) async throws {
        let clock = ManualClock()
        let (health, metrics, faults) = (Health(), Metrics(), Faults())
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, metrics, health, clock)
        let migrations = [Migration("create thing", "create table thing (id bigint)")]
        try await TestDatabase.with(
            engine, migrations, clock: clock, faults: faults, observe: { watch.observe($0) }
        ) { database in
            let check = watch.check(of: database)
            try await check.run()
            #expect(health.problems == [])
            faults.fail(.commit, count: 1000, with: .diskFull)
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.execute("insert into thing (id) values (1)") }
            }
            #expect(health.problems == ["writing: fault: disk full"])
            #expect(metrics.prometheusText.contains("database_writable 0"))
            // The query of the check succeeds, the write fails.
            await #expect(throws: DatabaseError.self) { try await check.run() }
            #expect(health.problems == ["writing: fault: disk full"])
            faults.heal()
            if engine != .postgreSQL {
                try await database.transaction { _ = try $0.exists("select 1 from thing") }
                #expect(
                    health.problems == ["writing: fault: disk full"], "a transaction without a write is no evidence")
            }
            try await check.run()
            #expect(health.problems == [])
            #expect(metrics.prometheusText.contains("database_writable 1"))
        }
    }

    @Test(arguments: Engine.available)
    func `a statement on a full disk makes its program unready`(engine: Engine) async throws {
        let clock = ManualClock()
        let (health, faults) = (Health(), Faults())
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
        let migrations = [Migration("create thing", "create table thing (id bigint)")]
        try await TestDatabase.with(
            engine, migrations, clock: clock, faults: faults, observe: { watch.observe($0) }
        ) { database in
            faults.fail(.statement, with: .diskFull)
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.execute("insert into thing (id) values (1)") }
            }
            #expect(health.problems == ["writing: fault: disk full"])
            try await watch.check(of: database).run()
            #expect(health.problems == [])
        }
    }

    @Test func `the program is ready while one of its servers is away, and not while all are`() async throws {
        // No time passes, so a slow machine does not exceed the time of a check.
        let clock = ManualClock()
        let health = Health()
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
        // A rollback does not undo sequences. Every other attempt meets the server that is away. The next one must have another
        // key, or it meets the same server.
        let servers = Migration(
            "create servers", "create sequence attempt", "create sequence last_key",
            "create table away (is_all boolean)", "insert into away (is_all) values (false)",
            """
            create function find(key uuid) returns boolean language plpgsql as $$
            declare
                number bigint := ('x' || right(key::text, 8))::bit(32)::bigint + 1;
                last bigint := (select last_value from last_key);
            begin
                perform setval('last_key', number);
                if nextval('attempt') % 2 = 1 or number = last or (select is_all from away) then
                    raise exception 'connection to the remote node failed' using errcode = '08006';
                end if;
                return false;
            end $$
            """)
        // The second attempt is immediate.
        var limits = DatabaseLimits()
        limits.attempts = 2
        try await TestDatabase.with(
            .postgreSQL, [servers], clock: clock, limits: limits, observe: { watch.observe($0) }
        ) { database in
            let check = watch.check(of: database, by: "select 1 where find($1)")
            for _ in 1...3 { try await check.run() }
            #expect(health.problems == [])
            try await database.transaction { try $0.execute("update away set is_all = true") }
            await #expect(throws: DatabaseError.self) { try await check.run() }
            #expect(health.problems.count == 1)
        }
    }

    @Test(arguments: [("53100", true), ("XX000", true), ("55P03", false), ("22012", false)])
    func `a statement that PostgreSQL fails makes its program unready if the storage is the cause`(
        state: String, isStorage: Bool
    ) async throws {
        let clock = ManualClock()
        let health = Health()
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
        let failing = Migration(
            "create what fails",
            """
            create function failing(state text) returns bigint language plpgsql as
            $$ begin raise exception using errcode = state; end $$
            """)
        var limits = DatabaseLimits()
        limits.attempts = 1
        try await TestDatabase.with(
            .postgreSQL, [failing], clock: clock, limits: limits, observe: { watch.observe($0) }
        ) { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.exists("select 1 where failing($1) = 1", state) }
            }
            #expect(health.problems.count == (isStorage ? 1 : 0), "\(health.problems)")
            try await watch.check(of: database).run()
            #expect(health.problems == [])
        }
    }

    @Test func `a conflict or a violated constraint does not make its program unready`() async throws {
        let clock = ManualClock()
        let health = Health()
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
        for reason in [DatabaseError.Reason.conflict, .constraint("x"), .misuse] {
            watch.observe(.failed(closures: 1, DatabaseError(reason, "no")))
        }
        #expect(health.problems == [])
    }

    @Test func `damage makes its program unready until it ends, even after later writes`() async throws {
        let clock = ManualClock()
        let (health, metrics) = (Health(), Metrics())
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .warning, clock: clock) { _ in }, metrics, health, clock)
        #expect(metrics.prometheusText.contains("database_damaged 0"))
        watch.observe(.damaged(DatabaseError(.damaged, "page 7")))
        watch.observe(.committed(closures: 1, in: .zero))
        #expect(health.problems == ["damage: page 7"])
        #expect(metrics.prometheusText.contains("database_damaged 1"))
        watch.observe(.damaged(DatabaseError(.damaged, "page 8")))
        #expect(health.problems == ["damage: page 7"], "the first one is kept")
    }
}
