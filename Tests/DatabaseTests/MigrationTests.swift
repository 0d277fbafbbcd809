import Database
import Kernel
import Synchronization
import TestSupport
import Testing
import Threads

@Suite struct MigrationTests {
    static let lasting: [Engine] = Engine.available.filter { $0 != .memory }

    @Test(arguments: lasting)
    func `migrations run once, and later ones are added`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let events = Lock<[String]>([])
        for count in [1, 1, 2] {
            let database = try await test.open(Array(Shop.migrations.prefix(count))) { event in
                switch event {
                case .migrating(let name, let number, let count):
                    events.withLock { $0.append("\(name), \(number) of \(count)") }
                case .migrated(let name): events.withLock { $0.append(name) }
                default: break
                }
            }
            await database.close()
        }
        let names = Shop.migrations.map(\.name)
        #expect(events.withLock { $0 } == ["\(names[0]), 1 of 1", names[0], "\(names[1]), 2 of 2", names[1]])
    }

    @Test(arguments: lasting)
    func `a database newer than the program is refused`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        try await test.open(Shop.migrations).close()
        let error = await #expect(throws: DatabaseError.self) { try await test.open([Shop.migrations[0]]) }
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("it has 2 migrations, this program has 1") == true)
    }

    @Test(arguments: lasting)
    func `a database of another program is refused`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        try await test.open(Shop.migrations).close()
        let error = await #expect(throws: DatabaseError.self) {
            try await test.open([Migration("create rooms", "select 1")])
        }
        #expect(error?.message.contains("belongs to another program") == true)
    }

    @Test(arguments: lasting)
    func `a migration that fails leaves nothing behind`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let broken = Migration(
            "break", .table("create table thing (id bigint not null, constraint thing_key primary key (id))"),
            "create nonsense")
        let error = await #expect(throws: DatabaseError.self) { try await test.open([broken]) }
        #expect(error?.message.contains("migration «break» failed") == true)
        let repaired = Migration("mend", broken.steps[0])
        try await test.open([repaired]).close()
    }

    @Test(arguments: Engine.available)
    func `a step can be for one engine only`(engine: Engine) async throws {
        let migrations = [
            Migration(
                "create things",
                .table("create table thing (id bigint not null, constraint thing_key primary key (id))"),
                .sqlite("insert into thing (id) values (1)"), .postgreSQL("insert into thing (id) values (2)"))
        ]
        try await TestDatabase.with(engine, migrations) { database in
            let id = try await database.read { try $0.first("select id from thing") { try $0.int(0) } }
            #expect(id == (engine == .postgreSQL ? 2 : 1))
        }
    }

    @Test(arguments: lasting)
    func `a migration that takes long is reported with its step`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let reports = Lock<[String]>([])
        let isReported = CountingSemaphore()
        var limits = DatabaseLimits()
        limits.migrationReport = .milliseconds(1)
        let slow = Migration(
            "count", .table("create table thing (id bigint not null, constraint thing_key primary key (id))"),
            """
            insert into thing (id) with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
            select i from n
            """)
        try await test.open([slow], limits: limits) { event in
            guard case .stillMigrating(let name, let step, let count, let time) = event else { return }
            reports.withLock { $0.append("\(name), \(step) of \(count), \(time > .zero)") }
            isReported.signal()
        }.close()
        try await isReported.signals(1)
        #expect(reports.withLock { $0 }.contains("count, 2 of 2, true"))
    }

    @Test func `migrations of tables stand at their numbers among those of the schema`() {
        let schema = [Migration("create"), Migration(3, "index"), Migration("rename")]
        let table = [Migration(2, "add a column"), Migration(5, "add another column")]
        #expect(
            Migration.list(schema, table).map(\.name) == [
                "create", "add a column", "index", "rename", "add another column",
            ])
        #expect(Migration.list(schema + [Migration("check")], [table[0]]).last?.name == "check")
    }

    @Test func `two migrations with one number, and a number that is left out, stop the program`() async {
        await #expect(processExitsWith: .failure) { _ = Migration.list([Migration("a")], [Migration(1, "b")]) }
        await #expect(processExitsWith: .failure) { _ = Migration.list([Migration("a")], [Migration(3, "b")]) }
    }
}
