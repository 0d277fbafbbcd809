import Database
import Kernel
import Synchronization
import TestSupport
import Testing
import Threads

/// What only a server can do to a program.
@Suite struct PostgreSQLTests {
    private static func url(of test: TestDatabase, setting name: String, to value: String) -> String {
        "\(test.url)%20-c\(name)%3D\(value)"
    }

    private static func open(_ url: String) throws -> Database {
        try Database(url: url, migrations: Shop.migrations, clock: ManualClock())
    }

    @Test func `a server that forgets what it confirmed is refused`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let url = Self.url(of: test, setting: "synchronous_commit", to: "off")
        let error = #expect(throws: DatabaseError.self) { try Self.open(url) }
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("synchronous_commit is off. Set it to on") == true)
    }

    @Test func `a server that is not there is told as such, without the password`() {
        let error = #expect(throws: DatabaseError.self) { try Self.open("postgres://alice:secret@127.0.0.1:1/shop") }
        #expect(error?.reason == .unavailable)
        #expect(error?.message.hasPrefix("postgres://alice:***@127.0.0.1:1/shop: PostgreSQL cannot be reached") == true)
    }

    @Test func `a backup points to the tool of the server`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            let error = await #expect(throws: DatabaseError.self) { try await database.backup(to: "/tmp/shop.dump") }
            #expect(error?.message.contains("pg_dump --format=custom --file=/tmp/shop.dump") == true)
        }
    }

    @Test func `of two that wait for each other one runs again`() async throws {
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
                        // The answer is waited for here: the row is locked.
                        _ = try Shop.balance(of: first, tx)
                        if run == 1 {
                            party.arrived.signal()
                            other.arrived.wait()
                        }
                        try tx.executeOne("update account set balance = balance + $2 where id = $1", second, 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(parties.map { $0.runs.load(ordering: .relaxed) }.sorted() == [1, 2])
        #expect(try await database.read { try Shop.balance(of: 1, $0) } == 2)
        #expect(try await database.read { try Shop.balance(of: 2, $0) } == 2)
        await database.close()
    }

    private final class Party: Sendable {
        let runs = Atomic(0)
        let arrived = CountingSemaphore()
    }
}
