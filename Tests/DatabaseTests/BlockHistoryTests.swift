import Database
import Kernel
import TestSupport
import Testing

/// Random closures in one group, compared with the same closures one after the other.
@Suite struct BlockHistoryTests {
    private static let closures = 80
    private static let accounts = 6

    /// However blocks are undone and repeated, each closure ends as its last run would end alone, after those before it.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `a group ends as if its closures ran one after the other`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bodies = (0..<Self.closures).map { _ in
            Self.body(
                Int.random(in: 0..<9, using: &random), Int.random(in: 0..<Self.accounts, using: &random),
                Int.random(in: 0..<Self.accounts, using: &random))
        }
        let kept = [0, 12, 40, 220][Int.random(in: 0..<4, using: &random)]
        let group = try await ClosureGroup.run(bodies, on: .file, afterKeeping: kept)
        let alone = try await ClosureGroup.runAlone(bodies, asRuns: group.runs)
        #expect(group.balances == alone.balances)
        #expect(group.errors.map { $0.map { "\($0)" } } == alone.errors.map { $0.map { "\($0)" } })
        #expect(group.runs.allSatisfy { $0 <= 2 })
    }

    /// Rules that depend on the rows of other closures, before and after a write, and on the number of the run, as a rule that
    /// depends on `tx.now` does.
    private static func body(_ kind: Int, _ one: Int, _ other: Int) -> ClosureGroup.Body {
        { _, run, tx in
            let balance = try Shop.balance(of: one, tx)
            switch kind {
            case 0, 1: try open(one, balance, 5, tx)
            case 2: try change(one, by: 3, tx)
            case 3: if balance ?? 0 < 4 { throw Refused() } else { try change(one, by: -4, tx) }
            case 4:
                // A transfer that is refused after its first write.
                try change(one, by: -2, tx)
                guard try Shop.balance(of: other, tx) != nil else { throw Refused() }
                try change(other, by: 2, tx)
            case 5:
                // Writes, and refuses because of a row of another closure.
                try change(one, by: 1, tx)
                if (balance ?? 0) % 2 == 0 { throw Refused() }
            case 6:
                // Violates a constraint if the account exists, catches the error and writes again.
                try? Shop.openAccount(one, balance: 7, tx)
                try change(other, by: 1, tx)
            case 7:
                // Ends in another way in its second run.
                if run == 2 { throw Refused() }
                try change(one, by: 10, tx)
            default:
                // Ends in another way in its second run, after a write.
                try change(one, by: run, tx)
                if run == 2 { throw Refused() }
            }
        }
    }

    private static func open(_ account: Int, _ balance: Int?, _ amount: Int, _ tx: Transaction) throws {
        if balance != nil { throw Refused() }
        try Shop.openAccount(account, balance: amount, tx)
    }

    private static func change(_ account: Int, by amount: Int, _ tx: Transaction) throws {
        try tx.execute("update account set balance = balance + $2 where id = $1", account, amount)
    }
}
