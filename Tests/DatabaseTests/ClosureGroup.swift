import Database
import TestSupport
import Threads

/// Closures that ran in one group, and what happened to them.
struct ClosureGroup {
    /// Receives the number of the closure, from 0, and the number of its run, from 1.
    typealias Body = @Sendable (_ number: Int, _ run: Int, Transaction) throws -> Void

    /// The error of each call, from the first. Nil if it succeeded.
    private(set) var errors: [(any Error)?] = []
    /// The number of runs of each closure.
    private(set) var runs: [Int] = []
    /// The balance of each account. Nil if there is no row.
    private(set) var balances: [Int?] = []

    /// Runs all bodies in their order: in one group if the engine is SQLite in a file. Before, a group of `kept` closures makes
    /// the next block longer.
    static func run(_ bodies: [Body], on engine: Engine, afterKeeping kept: Int = 0) async throws -> ClosureGroup {
        var group = ClosureGroup()
        try await TestDatabase.with(engine, Shop.migrations) { database in
            if kept > 0 {
                let open: Body = { number, _, tx in try Shop.openAccount(number, balance: 0, tx) }
                _ = try await outcomes(on: database, Array(repeating: open, count: kept), from: 1000)
            }
            (group.errors, group.runs) = try await outcomes(on: database, bodies, from: 0)
            group.balances = try await database.read { reader in
                try bodies.indices.map { try Shop.balance(of: $0, reader) }
            }
        }
        return group
    }

    /// Runs the bodies one after the other in memory. Each runs once, and receives the number of its run from `runs`.
    static func runAlone(_ bodies: [Body], asRuns runs: [Int]) async throws -> ClosureGroup {
        var group = ClosureGroup()
        try await TestDatabase.with(.memory, Shop.migrations) { database in
            for (index, body) in bodies.enumerated() {
                let run = runs[index]
                await group.add(Task { try await database.transaction { try body(index, run, $0) } })
            }
            group.balances = try await database.read { reader in
                try bodies.indices.map { try Shop.balance(of: $0, reader) }
            }
        }
        group.runs = runs
        return group
    }

    private mutating func add(_ call: Task<Void, any Error>) async {
        do {
            try await call.value
            errors.append(nil)
        } catch {
            errors.append(error)
        }
    }

    private static func outcomes(
        on database: Database, _ bodies: [Body], from first: Int
    ) async throws -> (errors: [(any Error)?], runs: [Int]) {
        let runs = Runs(bodies.count)
        let gate = Gate()
        var calls: [Task<Void, any Error>] = []
        for index in bodies.indices {
            let body = bodies[index]
            let call = Task {
                try await database.transaction { tx in
                    if index == 0 { gate.pass() }
                    try body(first + index, runs.begin(index), tx)
                }
            }
            calls.append(call)
            if index == 0 { try await gate.reached() } else { try await database.waiting(index) }
        }
        gate.open()
        var group = ClosureGroup()
        for call in calls { await group.add(call) }
        return (group.errors, runs.all)
    }

    /// Counts the runs of each closure.
    private final class Runs: Sendable {
        private let counts: Lock<[Int]>

        init(_ closures: Int) {
            counts = Lock(Array(repeating: 0, count: closures))
        }

        /// Returns the number of this run.
        func begin(_ index: Int) -> Int {
            counts.withLock { counts in
                counts[index] += 1
                return counts[index]
            }
        }

        var all: [Int] { counts.withLock { $0 } }
    }
}
