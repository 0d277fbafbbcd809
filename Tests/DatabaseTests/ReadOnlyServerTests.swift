import Database
import Kernel
import TestSupport
import Testing
import Threads

/// A server that accepts no writes: a standby, or a server with default_transaction_read_only.
@Suite struct ReadOnlyServerTests {
    private static func open(_ url: String, attempts: Int = 12, connections: Int = 2) async throws -> Database {
        var limits = DatabaseLimits()
        limits.connections = connections
        limits.attempts = attempts
        return try await onThread { [limits] in
            try Database(url: url, migrations: Shop.migrations, clock: SystemClock(), limits: limits)
        }
    }

    private static func host(of url: String) -> String {
        String(url.split(separator: "@")[1].split(separator: "/")[0])
    }

    @Test func `a server that accepts no writes is refused, and the message says what to do`() async throws {
        try await OwnServer.with { server in
            try await server.set("default_transaction_read_only", to: "on")
            let error = await #expect(throws: DatabaseError.self) { try await Self.open(server.url) }
            #expect(error?.reason == .unavailable)
            #expect(
                error?.message.contains("no server of this URL accepts connections and writes") == true,
                "\(error?.message ?? "")")
        }
    }

    @Test func `of several hosts the one that accepts writes is used, even if the URL does not require it`()
        async throws
    {
        try await OwnServer.with { server in
            try await server.set("default_transaction_read_only", to: "on")
            let test = try await TestDatabase.make(on: .postgreSQL)
            let hosts = "\(Self.host(of: server.url)),\(Self.host(of: test.url))"
            for option in ["", "&target_session_attrs=any", "&target_session_attrs=primary"] {
                let url = test.url.replacing(Self.host(of: test.url), with: hosts) + option
                let database = try await Self.open(url)
                try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) }
                #expect(try await database.read { try Shop.count($0) } == 1)
                await database.close()
            }
        }
    }

    @Test func `of several hosts one that answers with an error does not hide the next one`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        try await OwnServer.with { server in
            try await server.run("alter role onsale nologin")
            let hosts = "\(Self.host(of: server.url)),\(Self.host(of: test.url))"
            let database = try await Self.open(test.url.replacing(Self.host(of: test.url), with: hosts))
            #expect(try await database.read { try Shop.count($0) } == 0)
            await database.close()
        }
    }

    @Test func `of several hosts without ports each one is tried at the default port`() async throws {
        let url = "postgres://alice@127.0.0.2,127.0.0.3/none"
        let error = await #expect(throws: DatabaseError.self) { try await Self.open(url) }
        for host in ["127.0.0.2", "127.0.0.3"] {
            #expect(
                error?.message.contains("server at \"\(host)\", port 5432 failed") == true, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: ["standby", "prefer-standby", "read-only"])
    func `a URL that selects a standby is refused`(option: String) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let error = await #expect(throws: DatabaseError.self) {
            try await Self.open("\(test.url)&target_session_attrs=\(option)")
        }
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("target_session_attrs=\(option)") == true, "\(error?.message ?? "")")
    }

    @Test func `a server that stops accepting writes is unavailable until it accepts them again`() async throws {
        try await OwnServer.with { server in
            let database = try await Self.open(server.url, attempts: 1)
            try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) }
            try await server.set("default_transaction_read_only", to: "on")
            for number in 2...5 as ClosedRange<UInt64> {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.transaction { try Shop.insertOnce(Shop.order(number), seat: 2, $0) }
                }
                #expect(error?.reason == .unavailable && error?.mayHaveCommitted == false, "\(error?.message ?? "")")
                #expect(error?.message.contains("writes") == true, "\(error?.message ?? "")")
            }
            await #expect(throws: DatabaseError.self, "its rows may be old") {
                try await database.read { try Shop.count($0) }
            }
            try await server.set("default_transaction_read_only", to: "off")
            try await database.transaction { try Shop.insertOnce(Shop.order(6), seat: 6, $0) }
            #expect(try await database.read { try Shop.count($0) } == 2)
            await database.close()
        }
    }

    @Test func `an idle connection detects it before it answers a read`() async throws {
        try await OwnServer.with { server in
            // With one connection the read after the change uses the one that was opened before it.
            let database = try await Self.open(server.url, attempts: 1, connections: 1)
            #expect(try await database.read { try Shop.count($0) } == 0)
            try await server.set("default_transaction_read_only", to: "on")
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { try Shop.count($0) }
            }
            #expect(error?.reason == .unavailable)
            await database.close()
        }
    }

    @Test func `a transaction is retried until the server is promoted`() async throws {
        try await OwnServer.with { server in
            let database = try await Self.open(server.url, attempts: 1000)
            try await server.set("default_transaction_read_only", to: "on")
            let write = Task { try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) } }
            try await server.run("select pg_sleep(0.3)")
            try await server.set("default_transaction_read_only", to: "off")
            try await write.value
            #expect(try await database.read { try Shop.count($0) } == 1)
            await database.close()
        }
    }

    @Test func `a read that writes is a mistake of the program, and keeps the connection`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { reader in
                    try reader.first("delete from purchase returning seat") { row in try row.int(0) }
                }
            }
            #expect(error?.reason == .misuse)
            #expect(error?.message.contains("use a transaction") == true)
        }
    }
}
