import CSQLite
import Kernel
import TestSupport
import Testing
import Threads

@testable import Database

/// Programs that are killed within a migration: on engines whose transactions contain changes of tables, and on one that
/// commits before each change.
@Suite struct MigrationKillTests {
    /// Every kind of step.
    private static let migrations = [
        Migration(
            "create things",
            .table("create table thing (id bigint not null, size bigint, constraint thing_key primary key (id))"),
            "create index thing_size on thing (size asc)", "insert into thing (id, size) values (1, 10)",
            "insert into thing (id, size) values (2, 20)"),
        Migration(
            "name things", "alter table thing add column name text not null default ''",
            "update thing set name = 'thing ' || id where name = ''", "drop index thing_size"),
        Migration(
            "rename things",
            .table(
                """
                create table new_thing (id bigint not null, name text not null,
                    constraint new_thing_key primary key (id))
                """),
            "insert into new_thing (id, name) select id, name from thing", "drop table thing",
            "alter table new_thing rename to thing", "create unique index thing_name on thing (name)",
            .postgreSQL("alter table thing add constraint thing_has_a_name check (name <> '')"),
            .postgreSQL("alter table thing drop constraint thing_has_a_name"),
            .postgreSQL("alter table thing add constraint thing_is_named check (name <> '')")),
    ]

    /// A connection to the engine, and the migrator for it.
    private struct Program {
        let session: any DatabaseSession
        let migrator: Migrator

        init(on engine: Engine, _ test: TestDatabase, patience: Duration = .zero) throws {
            var limits = DatabaseLimits()
            limits.migrationPatience = patience
            let environment = Environment(
                clock: SystemClock(), limits: limits, acceptsLoss: false, caller: { nil }, observe: { _ in })
            if engine == .postgreSQL {
                session = try PostgreSQLConnector(test.url, environment).open()
                migrator = Migrator(migrations: migrations, url: test.url, environment: environment) { $0.postgreSQL }
            } else {
                let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                session = try SQLiteConnection(path: "\(test.folder.path)/plain.db", flags: flags)
                migrator = Migrator(migrations: migrations, url: test.url, environment: environment) { $0.sqlite }
            }
        }

        func rows() throws -> [String] {
            let reader = Reader(session, now: .noon)
            return try reader.rows("select name from thing order by id") { row in try row.text(0) }
                + reader.rows("select name from migration order by number") { row in try row.text(0) }
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL], CommittingSession.Changes.allCases)
    func `a program continues a migration wherever another one was killed`(
        engine: Engine, changes: CommittingSession.Changes
    ) async throws {
        let expected = ["thing 1", "thing 2"] + Self.migrations.map(\.name)
        try await onThread {
            var calls = 0
            while true {
                let test = try TestDatabase(on: engine)
                let killed = try Program(on: engine, test)
                let session = CommittingSession(killed.session, changes, killedAfter: calls)
                try? killed.migrator.run(on: session)
                guard session.isKilled else {
                    #expect(try killed.rows() == expected)
                    break
                }
                // It is killed again, soon after it has continued.
                let again = try Program(on: engine, test)
                let second = CommittingSession(again.session, changes, killedAfter: 7 + calls % 30)
                try? again.migrator.run(on: second)
                let last = try Program(on: engine, test)
                try last.migrator.run(on: CommittingSession(last.session, changes, killedAfter: .max))
                #expect(try last.rows() == expected, "killed after \(calls) calls")
                let claim = try MigrationClaim.find(on: last.session)
                #expect(claim.holder == 0 && claim.number == 0 && claim.step == 0)
                calls += 1
            }
            #expect(calls > 40)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL], CommittingSession.Changes.allCases)
    func `a table of another program is not taken for one of an interrupted migration`(
        engine: Engine, changes: CommittingSession.Changes
    ) async throws {
        try await onThread {
            let test = try TestDatabase(on: engine)
            let program = try Program(on: engine, test)
            try program.session.script("create table thing (other bigint not null)")
            for _ in 0..<2 {
                let session = CommittingSession(program.session, changes, killedAfter: .max)
                let error = #expect(throws: DatabaseError.self) { try program.migrator.run(on: session) }
                #expect(error?.reason == .setup)
            }
        }
    }

    @Test(arguments: CommittingSession.Changes.allCases)
    func `programs that start together migrate once`(changes: CommittingSession.Changes) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await onThread {
                        let program = try Program(on: .postgreSQL, test, patience: .hours(1))
                        try program.migrator.run(on: CommittingSession(program.session, changes, killedAfter: .max))
                        return try program.rows()
                    }
                }
            }
            for try await rows in group {
                #expect(rows == ["thing 1", "thing 2"] + Self.migrations.map(\.name))
            }
        }
    }
}
