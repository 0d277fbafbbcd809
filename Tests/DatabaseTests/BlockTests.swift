import Database
import Kernel
import TestSupport
import Testing

/// Closures of one commit that fail after a write. SQLite in a file undoes their block and runs it again.
@Suite struct BlockTests {
    private typealias Body = ClosureGroup.Body

    /// The number of closures after which the next block has 5, and 8: four blocks of each shorter length.
    private static let (keptBefore5, keptBefore8) = (4 * (1 + 2 + 3 + 4), 4 * (1 + 2 + 3 + 4 + 5 + 6 + 7))

    private func group(afterKeeping kept: Int = keptBefore5, _ bodies: [Body]) async throws -> ClosureGroup {
        try await ClosureGroup.run(bodies, on: .file, afterKeeping: kept)
    }

    private static func open(_ account: Int, _ run: Int, _ tx: Transaction) throws {
        try Shop.openAccount(account, balance: run, tx)
    }

    private static func openAndRefuse(_ account: Int, _ run: Int, _ tx: Transaction) throws {
        try Shop.openAccount(account, balance: run, tx)
        throw Refused()
    }

    @Test(arguments: [0, 4, 12, keptBefore5])
    func `a closure that writes and then refuses, between others that succeed, leaves no trace`(kept: Int) async throws
    {
        let group = try await group(
            afterKeeping: kept, [Self.open, Self.open, Self.openAndRefuse, Self.open, Self.open])
        #expect(group.errors.map { $0 is Refused } == [false, false, true, false, false])
        #expect(group.balances.map { $0 != nil } == [true, true, false, true, true])
        #expect(group.runs[3...] == [1, 1])
    }

    @Test func `a closure that runs again takes effect once`() async throws {
        let group = try await group([
            Self.open,
            { _, _, tx in try tx.execute("update account set balance = balance + 10 where id = 0") },
            Self.openAndRefuse, Self.open,
        ])
        #expect(group.runs == [2, 2, 2, 1])
        #expect(group.balances == [12, nil, nil, 1])
    }

    @Test func `a closure that runs again returns the result of its last run`() async throws {
        let group = try await group([
            // Refuses in its second run, after a write.
            { number, run, tx in
                try Shop.openAccount(number, balance: run, tx)
                if run == 2 { throw Refused() }
            },
            // Refuses because of a row that is undone.
            { number, run, tx in
                if try Shop.balance(of: 0, tx) != nil { throw Refused() }
                try Shop.openAccount(number, balance: run, tx)
            },
            Self.openAndRefuse, Self.open,
        ])
        #expect(group.errors.map { $0 is Refused } == [true, false, true, false])
        #expect(group.runs == [2, 2, 2, 1])
        #expect(group.balances == [nil, 2, nil, 1])
    }

    @Test func `no closure refuses because of a row that was undone`() async throws {
        let group = try await group([
            // Refuses in its second run, for example because its deadline has passed by then.
            { number, run, tx in
                if run == 2 { throw Refused() }
                try Shop.openAccount(number, balance: run, tx)
            },
            // Writes, and refuses because of the row above.
            { number, run, tx in
                try Shop.openAccount(number, balance: run, tx)
                if try Shop.balance(of: 0, tx) != nil { throw Refused() }
            }, Self.open,
        ])
        #expect(group.errors.map { $0 is Refused } == [true, false, false])
        #expect(group.runs == [2, 2, 1])
        #expect(group.balances == [nil, 2, 1])
    }

    @Test func `the only closure of a block does not run again`() async throws {
        let group = try await group(afterKeeping: 0, [Self.openAndRefuse, Self.open, Self.openAndRefuse, Self.open])
        #expect(group.errors.map { $0 is Refused } == [true, false, true, false])
        #expect(group.runs == [1, 1, 1, 1])
    }

    @Test func `a closure that refuses before it writes repeats no other closure`() async throws {
        let group = try await group([
            Self.open,
            { _, _, tx in
                _ = try Shop.balance(of: 0, tx)
                throw Refused()
            }, Self.open,
        ])
        #expect(group.errors.map { $0 is Refused } == [false, true, false])
        #expect(group.runs == [1, 1, 1])
    }

    @Test func `a violated constraint fails only its own closure, even if that catches the error`()
        async throws
    {
        let group = try await group([
            Self.open,
            { _, run, tx in
                try Shop.openAccount(1, balance: run, tx)
                try? Shop.openAccount(0, balance: run, tx)
            }, Self.open,
        ])
        #expect(group.errors.map { ($0 as? DatabaseError)?.reason } == [nil, .constraint("account_key"), nil])
        #expect(group.balances == [2, nil, 1])
    }

    @Test func `a conflict runs again with its block, and then by itself after the group`() async throws {
        let group = try await group([
            Self.open,
            { number, run, tx in
                try Shop.openAccount(number, balance: run, tx)
                if run < 3 { throw tx.conflict() }
            }, Self.open,
        ])
        #expect(group.errors.allSatisfy { $0 == nil })
        #expect(group.runs == [2, 3, 1])
        #expect(group.balances == [2, 3, 1])
    }

    @Test func `after a failure the next blocks are short`() async throws {
        let group = try await group([Self.open, Self.open, Self.openAndRefuse, Self.open, Self.openAndRefuse])
        #expect(group.runs == [2, 2, 2, 1, 1])
    }

    @Test func `however many closures of a group fail, each runs at most twice`() async throws {
        let refuses = (0..<120).map { $0 % 20 == 19 || $0 % 7 == 0 }
        let group = try await group(
            afterKeeping: Self.keptBefore8, refuses.map { $0 ? Self.openAndRefuse : Self.open })
        #expect(group.errors.map { $0 is Refused } == refuses)
        #expect(group.balances.map { $0 == nil } == refuses)
        #expect(group.runs.allSatisfy { $0 == 1 || $0 == 2 } && group.runs.contains(2))
    }

    /// The last closure of the first block of 2 fails if the period is 6: that is the worst case.
    @Test(arguments: [1, 2, 3, 5, 6, 7, 15, 40])
    func `a caller whose calls all fail after a write makes at most a third run twice`(period: Int) async throws {
        let refuses = (1...240).map { $0 % period == 0 }
        let group = try await group(afterKeeping: 0, refuses.map { $0 ? Self.openAndRefuse : Self.open })
        #expect(group.errors.map { $0 is Refused } == refuses)
        #expect(group.runs.count { $0 == 2 } <= 240 / 3)
    }
}
