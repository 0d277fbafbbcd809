import Database
import Glibc
import Kernel
import Runtime
import TestSupport
import Testing

/// pgbouncer between the program and the server.
@Suite struct PoolerTests {
    /// Passes the URL of an empty database on the tests' server, through a pgbouncer that only this test uses.
    private static func with(mode: String, _ body: (String) async throws -> Void) async throws {
        let server = try #require(getenv("ONSALE_TEST_POSTGRES").map { String(cString: $0) })
        let pooler = ChildProcess([Repository.folder + "/Tests/DatabaseTests/pooler", mode, server])
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

    @Test func `a pool that keeps a connection for its client works`() async throws {
        try await Self.with(mode: "session") { url in
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
