import Database
import Kernel
import TestSupport
import Testing
import Threads

/// A server that keeps its connections and does not answer: its machine hangs, or its network is gone.
@Suite struct FrozenServerTests {
    private static func open(_ url: String) async throws -> Database {
        var limits = DatabaseLimits()
        limits.connections = 2
        return try await onThread { [limits] in
            try Database(url: url, migrations: Shop.migrations, clock: SystemClock(), limits: limits)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a call that waits for a frozen server continues on the next host, and so do later calls`() async throws {
        let other = try await TestDatabase.make(on: .postgreSQL)
        await (try await Self.open(other.url)).close()
        try await OwnServer.with { server in
            // Both servers have the schema of the other's URL.
            let schema = other.url.split(separator: "search_path%3D")[1].prefix { $0 != "&" }
            try await server.run("create schema \(schema)")
            func host(of url: String) -> Substring { url.split(separator: "@")[1].split(separator: "/")[0] }
            let hosts = "\(host(of: server.url)),\(host(of: other.url))"
            let database = try await Self.open(other.url.replacing(host(of: other.url), with: hosts))
            try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) }
            try await server.frozen {
                try await withThrowingTaskGroup { group in
                    for number in 2...5 as ClosedRange<UInt64> {
                        group.addTask {
                            try await database.transaction {
                                try Shop.insertOnce(Shop.order(number), seat: Int(number), $0)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await database.read { try Shop.count($0) } == 4)
            }
            await database.close()
        }
    }

    @Test func `a statement that takes long is waited for if the server accepts connections`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            let seconds = try await database.read { reader in
                try reader.first("select cast(7 as bigint) from pg_sleep(7)") { row in try row.int(0) }
            }
            #expect(seconds == 7)
        }
    }
}
