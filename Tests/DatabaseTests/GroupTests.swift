import CPowerLoss
import Database
import Kernel
import TestSupport
import Testing
import Threads

/// Many closures in one commit of SQLite in a file.
@Suite struct GroupTests {
    /// Queues `count` calls in their order while the writer is blocked, and releases it then.
    private func callsBehindGate<Value: Sendable>(
        _ count: Int, on database: Database, first body: @escaping @Sendable (Transaction) throws -> Void = { _ in },
        _ call: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        let gate = Gate()
        let first = Task {
            try await database.transaction { tx in
                gate.pass()
                try body(tx)
            }
        }
        try await gate.reached()
        var calls: [Task<Value, any Error>] = []
        for number in 1...count {
            calls.append(Task { try await call(number) })
            try await database.waiting(number)
        }
        gate.open()
        _ = await first.result
        var values: [Value] = []
        for call in calls { values.append(try await call.value) }
        return values
    }

    @Test func `all queued closures share one commit`() async throws {
        let commits = Lock<[Int]>([])
        try await TestDatabase.with(.file, Shop.migrations) { event in
            if case .committed(let closures, _, _, _) = event { commits.withLock { $0.append(closures) } }
        } _: { database in
            _ = try await callsBehindGate(100, on: database) { number in
                try await database.transaction { try Shop.insert(Shop.order(UInt64(number)), seat: number, $0) }
            }
            #expect(commits.withLock { $0 } == [101])
        }
    }

    @Test func `a group has at most its limit of closures`() async throws {
        let commits = Lock<[Int]>([])
        var limits = DatabaseLimits()
        limits.group = 10
        try await TestDatabase.with(.file, Shop.migrations, limits: limits) { event in
            if case .committed(let closures, _, _, _) = event { commits.withLock { $0.append(closures) } }
        } _: { database in
            _ = try await callsBehindGate(30, on: database) { number in
                try await database.transaction { try Shop.insert(Shop.order(UInt64(number)), seat: number, $0) }
            }
            #expect(commits.withLock { $0 } == [10, 10, 10, 1])
        }
    }

    @Test func `a closure that joins others waits for the next one, and shares its commit`() async throws {
        let commits = Lock<[Int]>([])
        var limits = DatabaseLimits()
        limits.joining = .hours(1)
        try await TestDatabase.with(.file, Shop.migrations, limits: limits) { event in
            if case .committed(let closures, _, _, _) = event { commits.withLock { $0.append(closures) } }
        } _: { database in
            let joining = Task {
                try await database.transaction(joiningOthers: true) { try Shop.insert(Shop.order(1), seat: 1, $0) }
            }
            try await database.waiting(1)
            #expect(commits.withLock { $0 } == [])
            try await database.transaction { try Shop.insert(Shop.order(2), seat: 2, $0) }
            try await joining.value
            #expect(commits.withLock { $0 } == [2])
        }
    }

    @Test func `a closure that joins others runs alone if no other comes, or if the database closes`() async throws {
        for wait in [Duration.milliseconds(1), .hours(1)] {
            var limits = DatabaseLimits()
            limits.joining = wait
            try await TestDatabase.with(.file, Shop.migrations, limits: limits) { database in
                let joining = Task {
                    try await database.transaction(joiningOthers: true) { try Shop.insert(Shop.order(1), seat: 1, $0) }
                }
                if wait == .hours(1) {
                    try await database.waiting(1)
                    await database.close()
                }
                try await joining.value
            }
        }
    }

    @Test func `the first closure of a group is undone alone, like any other`() async throws {
        try await TestDatabase.with(.file, Shop.migrations) { database in
            _ = try await callsBehindGate(3, on: database) { tx in
                try Shop.insert(Shop.order(9), seat: 9, tx)
                throw Refused()
            } _: { number in
                try await database.transaction { try Shop.insert(Shop.order(UInt64(number)), seat: number, $0) }
            }
            let (count, isThere) = try await database.read { (try Shop.count($0), try Shop.exists(Shop.order(9), $0)) }
            #expect(count == 3 && !isThere)
        }
    }

    @Test func `no caller resumes before the commit, not even a refused one`() async throws {
        powerloss_register()
        var limits = DatabaseLimits()
        limits.fileSystem = POWERLOSS_VFS
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations, limits: limits)
        let log = "\(test.folder.path)/test.db-wal"
        powerloss_limit(log, 1)
        let errors = try await callsBehindGate(2, on: database) { number in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    if number == 2 { throw Refused() }
                    try Shop.insert(Shop.order(UInt64(number)), seat: number, tx)
                }
            }
        }
        #expect(errors.map { $0?.reason } == [.diskFull, .diskFull])
        powerloss_limit(log, 0)
        await database.close()
    }
}
