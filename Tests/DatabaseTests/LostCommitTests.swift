import Database
import Kernel
import TestSupport
import Testing

/// Commits whose answer is lost. If no later attempt succeeds, the error says that the outcome is unknown.
@Suite struct LostCommitTests {
    private static let order = Shop.order(1)

    /// Returns the error of a transaction that inserts the order unless it exists.
    private func failure(of database: Database) async throws -> DatabaseError {
        try #require(
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { try Shop.insertOnce(Self.order, seat: 1, $0) }
            })
    }

    private func hasOrder(_ database: Database) async throws -> Bool {
        try await database.scan { try Shop.exists(Self.order, $0) }
    }

    @Test func `a connection lost during a commit leaves the outcome unknown`() async throws {
        let faults = Faults()
        var limits = DatabaseLimits()
        limits.attempts = 1
        try await TestDatabase.with(.postgreSQL, Shop.migrations, limits: limits, faults: faults) { database in
            faults.fail(.commit, with: .connectionLost)
            let error = try await failure(of: database)
            #expect(error.reason == .unavailable && error.mayHaveCommitted)
        }
    }

    @Test(arguments: Engine.available)
    func `failures after a lost answer leave the outcome of the commit unknown`(engine: Engine) async throws {
        let faults = Faults()
        var limits = DatabaseLimits()
        limits.attempts = 3
        try await TestDatabase.with(engine, Shop.migrations, limits: limits, faults: faults) { database in
            faults.fail(.commit, with: .answerLost)
            faults.fail(.statement, number: 3, count: .max, with: .connectionLost)
            let error = try await failure(of: database)
            #expect(error.reason == .unavailable && error.mayHaveCommitted)
            faults.heal()
            #expect(try await hasOrder(database))
        }
    }

    @Test(arguments: Engine.available)
    func `an error that ends the attempts after a lost answer leaves the outcome unknown`(engine: Engine) async throws {
        let faults = Faults()
        try await TestDatabase.with(engine, Shop.migrations, faults: faults) { database in
            faults.fail(.commit, with: .answerLost)
            faults.fail(.statement, number: 3, with: .diskFull)
            let error = try await failure(of: database)
            #expect(error.reason == .diskFull && error.mayHaveCommitted)
            #expect(try await hasOrder(database))
        }
    }
}
