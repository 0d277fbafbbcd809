import Database
import Kernel
import TestSupport
import Testing
import Threads

/// The share of a user in the connections to a server.
@Suite struct CallerTurnsTests {
    @TaskLocal private static var caller: UserID?

    /// Runs `body` while a transaction holds account 1, and twenty deposits of alice wait for it. Account 2 is free. A user
    /// has two of the eight connections.
    private func withCrowd(
        _ body: (Database, HeldRows, [Task<Void, any Error>]) async throws -> Void
    ) async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        var limits = DatabaseLimits()
        limits.connections = 8
        let database = try Database(
            url: test.url, migrations: Shop.migrations, clock: SystemClock(), limits: limits,
            caller: { Self.caller })
        try await database.transaction { tx in for id in [1, 2] { try Shop.openAccount(id, balance: 0, tx) } }
        try await HeldRows.with(database) { tx in
            try tx.executeOne("update account set balance = balance + $2 where id = $1", 1, 0)
        } while: { rows in
            let crowd = Self.$caller.withValue(.alice) {
                (0..<20).map { _ in Task { try await deposit(1, database) } }
            }
            try await rows.waiting(2)
            try await body(database, rows, crowd)
        }
        await database.close()
    }

    private func deposit(_ account: Int, _ database: Database) async throws {
        try await database.transaction { tx in
            try tx.executeOne("update account set balance = balance + $2 where id = $1", account, 1)
        }
    }

    @Test func `calls of a user that wait for a row leave connections to others`() async throws {
        try await withCrowd { database, rows, crowd in
            try await Self.$caller.withValue(.bob) { try await deposit(2, database) }
            try await deposit(2, database)
            rows.release()
            for call in crowd { try await call.value }
            #expect(try await database.read { try Shop.balance(of: 1, $0) } == 20)
            #expect(try await database.read { try Shop.balance(of: 2, $0) } == 2)
        }
    }

    @Test func `waiting calls of a user are refused when the database closes`() async throws {
        try await withCrowd { database, rows, crowd in
            let closing = Task { await database.close() }
            var isClosed = false
            while !isClosed {
                do { _ = try await database.read { try Shop.balance(of: 2, $0) } } catch let error as DatabaseError {
                    isClosed = error.reason == .closed
                }
            }
            rows.release()
            var refused = 0
            for call in crowd {
                do { try await call.value } catch let error as DatabaseError {
                    #expect(error.reason == .closed)
                    refused += 1
                }
            }
            #expect(refused == 18, "the two that wait for the row are finished")
            await closing.value
        }
    }
}
