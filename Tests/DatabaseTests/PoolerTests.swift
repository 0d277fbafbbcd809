import Database
import Glibc
import Kernel
import TestSupport
import Testing
import Threads

/// pgbouncer between the program and the server.
@Suite struct PoolerTests {
    /// Passes the URL of an empty database on the tests' server, through a pgbouncer that only this test uses.
    private static func with(
        mode: String, sessions: Int = 8, _ body: (String) async throws -> Void
    ) async throws {
        let server = try #require(getenv("ONSALE_TEST_POSTGRES").map { String(cString: $0) })
        let pooler = ChildProcess([Repository.folder + "/Tests/DatabaseTests/pooler", mode, server, "\(sessions)"])
        guard let url = try await onThread({ pooler.readLine() }) else { throw Patience.Over("no pgbouncer") }
        do {
            try await body(url)
        } catch {
            await stop(pooler)
            throw error
        }
        await stop(pooler)
    }

    private static func stop(_ pooler: ChildProcess) async {
        pooler.kill(SIGTERM)
        _ = try? await onThread { pooler.wait() }
    }

    private static func open(_ url: String) async throws -> Database {
        var limits = DatabaseLimits()
        limits.connections = 4
        return try await onThread { [limits] in
            try Database(url: url, migrations: Shop.migrations, clock: SystemClock(), limits: limits)
        }
    }

    @Test func `a pool that reassigns connections after each transaction is refused`() async throws {
        try await Self.with(mode: "transaction") { url in
            let error = await #expect(throws: DatabaseError.self) { try await Self.open(url) }
            #expect(error?.reason == .setup)
            #expect(error?.message.contains("pool_mode = session") == true, "\(error?.message ?? "")")
        }
    }

    /// Four connections for calls, and one for scans.
    @Test(arguments: [1, 2, 4])
    func `a pool with too few sessions is refused, and the error names their number`(sessions: Int) async throws {
        try await Self.with(mode: "session", sessions: sessions) { url in
            let error = await #expect(throws: DatabaseError.self) { try await Self.open(url) }
            #expect(error?.reason == .setup, "\(error?.message ?? "")")
            #expect(error?.message.contains("has \(sessions) of the 5 sessions") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("default_pool_size") == true)
        }
    }

    @Test func `a pool that has lent all sessions to other programs is refused`() async throws {
        try await Self.with(mode: "session", sessions: 5) { url in
            let first = try await Self.open(url)
            for order in 1...20 as ClosedRange<UInt64> {
                try await first.transaction { try Shop.insertOnce(Shop.order(order), seat: Int(order), $0) }
            }
            _ = try await first.scan { try Shop.count($0) }
            let error = await #expect(throws: DatabaseError.self) { try await Self.open(url) }
            #expect(error?.reason == .setup || error?.reason == .unavailable)
            #expect(error?.message.contains("5 sessions") == true, "\(error?.message ?? "")")
            await first.close()
        }
    }

    @Test(arguments: [5, 8])
    func `a pool that keeps a connection for its client works`(sessions: Int) async throws {
        try await Self.with(mode: "session", sessions: sessions) { url in
            let database = try await Self.open(url)
            try await withThrowingTaskGroup { group in
                for number in 1...40 as ClosedRange<UInt64> {
                    group.addTask {
                        try await database.transaction {
                            try Shop.insertOnce(Shop.order(number), seat: Int(number), $0)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.read { try Shop.count($0) } == 40)
            await database.close()
        }
    }
}
