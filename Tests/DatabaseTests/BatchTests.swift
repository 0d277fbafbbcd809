import Database
import Kernel
import TestSupport
import Testing

/// Requests that share a transaction.
@Suite struct BatchTests {
    private static let open: Statement = "insert into account (id, balance) values ($1, $2) on conflict (id) do nothing"

    private struct Broken: Error, Equatable {}

    /// Opens an account for each number. `fail` may throw for a number, after its account is written.
    private static func openAccounts(
        _ numbers: [Int], on database: Database, runs: Recorder<Int> = Recorder(),
        fail: @escaping @Sendable (_ index: Int, _ number: Int, _ count: Int, Transaction) throws -> Void
    ) async throws -> [Result<Int, any Error>] {
        try await database.transaction(for: numbers, before: { _ in nil }) { numbers, tx in
            runs.add(numbers.count)
            return try numbers.enumerated().map { index, number in
                if number < 0 { return .failure(Refused()) }
                _ = try tx.executeCounting(open) { $0.bind(number, 5) }
                try fail(index, number, numbers.count, tx)
                return .success(number)
            }
        }
    }

    private static func words(_ outcomes: [Result<Int, any Error>]) -> [String] {
        outcomes.map { outcome in
            switch outcome {
            case .success(let number): "\(number)"
            case .failure(let error as DatabaseError): "\(error.reason)"
            case .failure(let error): "\(type(of: error))"
            }
        }
    }

    private static func opened(_ database: Database) async throws -> [Int] {
        try await database.scan { try $0.rows("select id from account order by id") { row in try row.int(0) } }
    }

    @Test(arguments: Engine.available)
    func `requests share a transaction, and each has its outcome`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let runs = Recorder<Int>()
            let outcomes = try await Self.openAccounts([1, -2, 3], on: database, runs: runs) { _, _, _, _ in }
            #expect(Self.words(outcomes) == ["1", "Refused", "3"])
            #expect(runs.all == [3])
            #expect(try await Self.opened(database) == [1, 3])
            #expect(try await Self.openAccounts([], on: database) { _, _, _, _ in }.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a batch runs again without the requests that fail after a write`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let runs = Recorder<Int>()
            let outcomes = try await Self.openAccounts([1, 2, 3, 4], on: database, runs: runs) { index, number, _, _ in
                if number % 2 == 0 { throw BatchFailures([index: Broken()]) }
            }
            #expect(Self.words(outcomes) == ["1", "Broken", "3", "Broken"])
            #expect(runs.all == [4, 3, 2])
            #expect(try await Self.opened(database) == [1, 3])
        }
    }

    @Test(arguments: Engine.available)
    func `a request that fails alone names its own error`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let outcomes = try await Self.openAccounts([8], on: database) { index, _, _, _ in
                throw BatchFailures([index: Broken()])
            }
            #expect(Self.words(outcomes) == ["Broken"])
            #expect(try await Self.opened(database).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `after an error of an unknown request each runs alone`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let outcomes = try await Self.openAccounts([1, 2, 3, 4], on: database) { _, number, _, tx in
                if number == 2 { throw Broken() }
                if number == 3 { try tx.execute("update account set balance = -1 where id = 3") }
            }
            #expect(Self.words(outcomes) == ["1", "Broken", "constraint(\"account_is_not_overdrawn\")", "4"])
            #expect(try await Self.opened(database) == [1, 4])
        }
    }

    @Test(arguments: Engine.available)
    func `a shared transaction runs twice after conflicts, then each request runs alone`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let runs = Recorder<Int>()
            let outcomes = try await Self.openAccounts([1, 2], on: database, runs: runs) { _, _, count, tx in
                if count > 1 { throw tx.conflict() }
            }
            #expect(Self.words(outcomes) == ["1", "2"])
            #expect(runs.all == [2, 2, 1, 1])
            #expect(try await Self.opened(database) == [1, 2])
        }
    }

    @Test(arguments: Engine.available)
    func `a polled call runs twice if the server does not answer, and again after each conflict`(
        engine: Engine
    ) async throws {
        let faults = Faults()
        try await TestDatabase.with(engine, Shop.migrations, faults: faults) { database in
            let runs = Recorder<Int>()
            faults.fail(.commit, count: 2, with: .connectionLost)
            await #expect(throws: DatabaseError.self) {
                try await database.transaction(attempts: .polled) { _ in runs.add(1) }
            }
            #expect(runs.all.count == 2)
            try await database.transaction(attempts: .polled) { tx in
                runs.add(1)
                if runs.all.count < 7 { throw tx.conflict() }
            }
            #expect(runs.all.count == 7)
        }
    }

    @Test(arguments: Engine.available)
    func `an error of the storage fails all requests`(engine: Engine) async throws {
        let faults = Faults()
        try await TestDatabase.with(engine, Shop.migrations, faults: faults) { database in
            faults.fail(.commit, with: .diskFull)
            let error = await #expect(throws: DatabaseError.self) {
                try await Self.openAccounts([1, 2], on: database) { _, _, _, _ in }
            }
            #expect(error?.reason == .diskFull)
            faults.fail(.commit, count: 100, with: .answerLost)
            let unknown = await #expect(throws: DatabaseError.self) {
                try await Self.openAccounts([1, 2], on: database) { _, _, _, _ in }
            }
            #expect(unknown?.mayHaveCommitted == true)
            faults.heal()
        }
    }
}
