import Database
import Kernel
import TestSupport
import Testing
import Threads

/// An acknowledged commit is on the disk of the standby, too, if there is one.
@Suite struct SynchronousStandbyTests {
    private static let missingStandby = "a_missing_standby"
    private static let waiting = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"

    private static func open(
        _ url: String, connections: Int = 2, attempts: Int = 12,
        observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) async throws -> Database {
        var limits = DatabaseLimits()
        limits.connections = connections
        limits.attempts = attempts
        return try await onThread { [limits] in
            try Database(
                url: url, migrations: Shop.migrations, clock: SystemClock(), limits: limits, observe: observe)
        }
    }

    /// Returns a URL that names the same server twice, as two hosts.
    private static func twice(_ url: String) -> String {
        let host = url.split(separator: "@")[1].split(separator: "/")[0]
        return url.replacing("@\(host)/", with: "@\(host),\(host)/")
    }

    @Test(arguments: ["local", "remote_write"])
    func `several hosts and commits that do not wait for the standby's disk are refused`(
        level: String
    ) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let error = await #expect(throws: DatabaseError.self) {
            try await Self.open("\(Self.twice(test.url))%20-csynchronous_commit%3D\(level)")
        }
        #expect(error?.reason == .setup)
        #expect(
            error?.message.contains("synchronous_commit is \(level). Set it to on") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["local", "remote_write"])
    func `one host without a standby accepts these levels, which are equivalent there`(level: String) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let database = try await Self.open("\(test.url)%20-csynchronous_commit%3D\(level)")
        await database.close()
    }

    @Test(arguments: ["on", "remote_apply"])
    func `several hosts accept the level`(level: String) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let database = try await Self.open("\(Self.twice(test.url))%20-csynchronous_commit%3D\(level)")
        await database.close()
    }

    @Test func `one host with a standby and commits that do not wait for its disk are refused`() async throws {
        try await OwnServer.with { server in
            try await server.set("synchronous_standby_names", to: Self.missingStandby)
            let error = await #expect(throws: DatabaseError.self) {
                try await Self.open("\(server.url)?options=-csynchronous_commit%3Dlocal")
            }
            #expect(error?.reason == .setup)
        }
    }

    @Test func `several hosts without a synchronous standby cause one warning`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let warnings = Lock<[String]>([])
        let database = try await Self.open(Self.twice(test.url)) { event in
            if case .warned(let text) = event { warnings.withLock { $0.append(text) } }
        }
        for number in 1...8 as ClosedRange<UInt64> {
            try await database.transaction { try Shop.insertOnce(Shop.order(number), seat: nil, $0) }
        }
        await database.close()
        #expect(warnings.withLock { $0.count } == 1)
        #expect(warnings.withLock { $0.first }?.contains("synchronous_standby_names is empty") == true)
        let quiet = try await Self.open(test.url) { event in
            if case .warned(let text) = event { Issue.record("\(text)") }
        }
        await quiet.close()
    }

    /// The rows exist, but a fail-over would lose them, so the outcome must be unknown.
    @Test(arguments: ["pg_cancel_backend", "pg_terminate_backend"])
    func `a commit whose wait for the standby was ended is unknown, and its repetition waits, too`(
        end: String
    ) async throws {
        try await OwnServer.with { server in
            let migrated = try await Self.open(server.url)
            await migrated.close()
            try await server.set("synchronous_standby_names", to: Self.missingStandby)
            let database = try await Self.open(server.url, attempts: 1)
            let first = Task { try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) } }
            try await server.wait(until: Self.waiting, is: ["1"])
            try await server.run("select \(end)(pid) from pg_stat_activity where wait_event = 'SyncRep'")
            let error = await #expect(throws: DatabaseError.self) { try await first.value }
            #expect(error?.reason == .unavailable && error?.mayHaveCommitted == true, "\(error?.message ?? "")")
            #expect(try await server.run("select count(*) from purchase") == ["1"])

            let again = Task { try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) } }
            try await server.wait(until: Self.waiting, is: ["1"])
            try await server.set("synchronous_standby_names", to: "")
            try await again.value
            #expect(try await database.read { try Shop.count($0) } == 1)
            await database.close()
        }
    }

    @Test func `a later change of the server's settings does not affect open connections`() async throws {
        try await OwnServer.with { server in
            let database = try await Self.open(server.url, connections: 1)
            try await database.transaction { try Shop.insertOnce(Shop.order(1), seat: 1, $0) }
            try await server.set("synchronous_commit", to: "off")
            let level = try await database.transaction { tx in
                try tx.first("select current_setting('synchronous_commit')") { row in try row.text(0) }
            }
            #expect(level == "on")
            await database.close()
        }
    }
}
