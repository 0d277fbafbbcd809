import Database
import Kernel
import Synchronization
import TestSupport
import Testing
import Threads

/// Behaviour that only a server has.
@Suite struct PostgreSQLTests {
    private static func url(of test: TestDatabase, setting name: String, to value: String) -> String {
        "\(test.url)%20-c\(name)%3D\(value)"
    }

    private static func open(_ url: String) throws -> Database {
        try Database(url: url, migrations: Shop.migrations, clock: ManualClock())
    }

    @Test func `a server that loses acknowledged commits is refused`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let url = Self.url(of: test, setting: "synchronous_commit", to: "off")
        let error = #expect(throws: DatabaseError.self) { try Self.open(url) }
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("synchronous_commit is off. Set it to on") == true)
    }

    @Test func `the error for a missing server omits the password`() {
        let error = #expect(throws: DatabaseError.self) { try Self.open("postgres://alice:secret@127.0.0.1:1/shop") }
        #expect(error?.reason == .unavailable)
        #expect(
            error?.message.hasPrefix("postgres://alice:***@127.0.0.1:1/shop: no server of this URL accepts") == true)
    }

    @Test(arguments: [
        "postgres://alice:sec/ret@127.0.0.1:1/shop", "postgres://alice:sec%ret@127.0.0.1:1/shop",
        "postgres://127.0.0.1:1/shop?sslpassword=secret&password=secret",
    ])
    func `no error contains a password, wherever it is in the URL`(url: String) {
        let error = #expect(throws: DatabaseError.self) { try Self.open(url) }
        #expect(error?.message.hasPrefix("postgres://") == true)
        #expect(error?.message.contains("sec") == false, "\(error?.message ?? "")")
    }

    @Test func `a backup of PostgreSQL names the tool of the server`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            let error = await #expect(throws: DatabaseError.self) { try await database.backup(to: "/tmp/shop.dump") }
            #expect(error?.message.contains("pg_dump --format=custom --file=/tmp/shop.dump") == true)
        }
    }

    @Test func `of two transactions that wait for each other, at least one runs again`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let database = try Self.open(Self.url(of: test, setting: "deadlock_timeout", to: "20"))
        try await database.transaction { tx in
            for id in [1, 2] { try Shop.openAccount(id, balance: 0, tx) }
        }
        let parties = [Party(), Party()]
        try await withThrowingTaskGroup { group in
            for (first, second) in [(1, 2), (2, 1)] {
                let (party, other) = (parties[first - 1], parties[second - 1])
                group.addTask {
                    try await database.transaction { tx in
                        let run = party.runs.wrappingAdd(1, ordering: .relaxed).newValue
                        try tx.executeOne("update account set balance = balance + $2 where id = $1", first, 1)
                        // This waits for the answer of the update, so the row is locked.
                        _ = try Shop.balance(of: first, tx)
                        if run == 1 {
                            party.arrived.signal()
                            _ = other.arrived.wait(timeoutMilliseconds: Patience.milliseconds)
                        }
                        try tx.executeOne("update account set balance = balance + $2 where id = $1", second, 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        // The server may abort one of them again. This happens if the second run of the first one gets its lock before
        // the other.
        #expect(parties.contains { $0.runs.load(ordering: .relaxed) > 1 })
        #expect(try await database.read { try Shop.balance(of: 1, $0) } == 2)
        #expect(try await database.read { try Shop.balance(of: 2, $0) } == 2)
        await database.close()
    }

    /// The codes of server errors, and the reasons that the caller gets.
    @Test(arguments: [
        ("40001", DatabaseError.Reason.conflict, false), ("40P01", .conflict, false), ("40003", .unavailable, true),
        ("08006", .unavailable, false), ("53300", .unavailable, false), ("53100", .diskFull, false),
        ("55P03", .conflict, false), ("57014", .unavailable, false), ("57P01", .unavailable, false),
        ("57P03", .unavailable, false), ("25P03", .unavailable, false), ("25006", .unavailable, false),
        ("XX000", .unavailable, false),
        ("28P01", .setup, false), ("42501", .setup, false), ("XX001", .damaged, false), ("22012", .misuse, false),
    ])
    func `an error of the server means what its code says`(
        state: String, reason: DatabaseError.Reason, mayHaveCommitted: Bool
    ) async throws {
        let failing = Migration(
            "create what fails",
            """
            create function failing(state text) returns bigint language plpgsql as
            $$ begin raise exception using errcode = state; end $$
            """)
        var limits = DatabaseLimits()
        limits.attempts = 1
        try await TestDatabase.with(.postgreSQL, [failing], limits: limits) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.exists("select 1 where failing($1) = 1", state) }
            }
            #expect(error?.reason == reason && error?.mayHaveCommitted == mayHaveCommitted)
            #expect(error?.message.contains("(\(state))") == true)
            // The connection runs the next transaction.
            let continues = try await database.transaction { try $0.exists("select 1") }
            #expect(continues)
        }
    }

    /// The same errors in the answer to a commit, which may be durable if the server had started it.
    @Test(arguments: [
        ("40001", DatabaseError.Reason.conflict, false), ("08006", .unavailable, true), ("57P01", .unavailable, true),
        ("57014", .unavailable, true), ("XX000", .unavailable, true), ("53200", .unavailable, false),
        ("22012", .misuse, false), ("warning", .unavailable, true),
    ])
    func `an error in the answer to a commit says whether it may have succeeded`(
        state: String, reason: DatabaseError.Reason, mayHaveCommitted: Bool
    ) async throws {
        let failing = Migration(
            "create what fails at the commit", "create table step (state text not null)",
            """
            create function failing() returns trigger language plpgsql as $$ begin
                if new.state = 'warning' then raise warning 'less durable than requested'; return null; end if;
                raise exception using errcode = new.state;
            end $$
            """,
            """
            create constraint trigger failing after insert on step deferrable initially deferred
            for each row execute function failing()
            """)
        var limits = DatabaseLimits()
        limits.attempts = 1
        try await TestDatabase.with(.postgreSQL, [failing], limits: limits) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.execute("insert into step (state) values ($1)", state) }
            }
            #expect(error?.reason == reason && error?.mayHaveCommitted == mayHaveCommitted, "\(error?.message ?? "")")
            let continues = try await database.transaction { try $0.exists("select 1") }
            #expect(continues)
        }
    }

    @Test func `after an internal error of the server the call is retried on another connection`() async throws {
        let runs = Atomic(0)
        let connections = Atomic(0)
        let failing = Migration(
            "create what fails",
            """
            create function failing() returns bigint language plpgsql as
            $$ begin raise exception using errcode = 'XX000'; end $$
            """)
        var limits = DatabaseLimits()
        limits.connections = 1
        let observe: @Sendable (DatabaseEvent) -> Void = { event in
            if case .connected = event { connections.wrappingAdd(1, ordering: .relaxed) }
        }
        try await TestDatabase.with(.postgreSQL, [failing], limits: limits, observe: observe) { database in
            let isThere = try await database.transaction { tx in
                let run = runs.wrappingAdd(1, ordering: .relaxed).newValue
                return run < 3 ? try tx.exists("select 1 where failing() = 1") : try tx.exists("select 1")
            }
            #expect(isThere)
        }
        #expect(runs.load(ordering: .relaxed) == 3)
        #expect(connections.load(ordering: .relaxed) == 3)
    }

    /// The sequence counts the runs, because a rollback does not undo `nextval`.
    @Test(arguments: [false, true])
    func `a failure that disappears with a new connection is not reported`(isFoundByCommit: Bool) async throws {
        let failingOnce = Migration(
            "create what fails once", "create sequence run",
            """
            create function failing() returns bigint language plpgsql as $$ begin
                if nextval('run') = 1 then raise exception using errcode = 'XX000'; end if;
                return 1;
            end $$
            """)
        var limits = DatabaseLimits()
        limits.connections = 1
        let connections = Atomic(0)
        let failures = Atomic(0)
        let observe: @Sendable (DatabaseEvent) -> Void = { event in
            if case .connected = event { connections.wrappingAdd(1, ordering: .relaxed) }
            if case .failed = event { failures.wrappingAdd(1, ordering: .relaxed) }
        }
        try await TestDatabase.with(.postgreSQL, [failingOnce], limits: limits, observe: observe) { database in
            _ = try await database.transaction { try $0.exists("select 1") }
            try await database.transaction { tx in
                if isFoundByCommit {
                    try tx.execute("select failing()")
                } else {
                    _ = try tx.exists("select 1 where failing() = 1")
                }
            }
        }
        #expect(connections.load(ordering: .relaxed) == 2)
        #expect(failures.load(ordering: .relaxed) == 0)
    }

    @Test func `prepared statements are named by their text, in any order`() async throws {
        let names = try await withThrowingTaskGroup(of: [String].self) { group in
            for isReversed in [false, true] {
                group.addTask {
                    try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
                        try await database.transaction { tx in
                            if isReversed {
                                _ = try Shop.exists(Shop.order(1), tx)
                                _ = try Shop.count(tx)
                            } else {
                                _ = try Shop.count(tx)
                                _ = try Shop.exists(Shop.order(1), tx)
                            }
                            var names: [String] = []
                            try tx.forEach(
                                """
                                select name from pg_prepared_statements
                                where statement like '%from purchase%' and statement not like '%prepared%' order by 1
                                """
                            ) { row in names.append(try row.text(0)) }
                            return names
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(names[0] == names[1])
        #expect(Set(names[0]).count == 2)
    }

    private final class Party: Sendable {
        let runs = Atomic(0)
        let arrived = CountingSemaphore()
    }
}
