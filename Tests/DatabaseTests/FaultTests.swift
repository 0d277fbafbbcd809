import Database
import Kernel
import TestSupport
import Testing

/// Serialized, because there are 100 cases and other tests have deadlines.
@Suite(.serialized) struct FaultTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let engine: Engine
        let point: Faults.Point
        let fault: Faults.Fault

        static let all = Engine.available.flatMap { engine in
            [Faults.Point.statement, .commit].flatMap { point in
                Faults.Fault.allCases.map { Case(engine: engine, point: point, fault: $0) }
            }
        }

        var testDescription: String { "\(engine): \(point) fails with \(fault)" }
    }

    /// Inserts a pair of rows, which must never be partial.
    private static func insertPair(_ number: UInt64, _ tx: Transaction) throws {
        for half in 0...1 as ClosedRange<UInt64> {
            try Shop.insertOnce(Shop.order(2 * number + half), seat: Int(2 * number + half), tx)
        }
    }

    private static func pairs(_ database: Database, _ numbers: Range<UInt64>) async throws -> [UInt64: Int] {
        try await database.scan { reader in
            var pairs: [UInt64: Int] = [:]
            try reader.forEach("select id from purchase") { row in
                pairs[try row.id(0, as: Shop.Order.self).low / 2, default: 0] += 1
            }
            return pairs
        }
    }

    @Test(arguments: Case.all)
    func `each request has its correct outcome despite one fault at any step`(the: Case) async throws {
        let faults = Faults()
        try await TestDatabase.with(the.engine, Shop.migrations, faults: faults) { database in
            var acknowledged: Set<UInt64> = []
            var denied: Set<UInt64> = []
            for number in 1..<9 as Range<UInt64> {
                faults.fail(the.point, number: Int(number), with: the.fault)
                for request in [2 * number, 2 * number + 1] {
                    do {
                        try await database.transaction { try Self.insertPair(request, $0) }
                        acknowledged.insert(request)
                    } catch let error as DatabaseError {
                        #expect(error.reason == .diskFull, "every other fault is transient and retried")
                        #expect(!error.mayHaveCommitted)
                        denied.insert(request)
                    }
                }
            }
            faults.heal()
            let pairs = try await Self.pairs(database, 2..<18)
            #expect(pairs.allSatisfy { $0.value == 2 })
            #expect(Set(pairs.keys) == acknowledged)
            #expect(denied.isDisjoint(with: acknowledged))
        }
    }

    @Test(arguments: Case.all)
    func `each concurrent request has its correct outcome despite one fault`(the: Case) async throws {
        let faults = Faults()
        try await TestDatabase.with(the.engine, Shop.migrations, faults: faults) { database in
            var (acknowledged, denied): (Set<UInt64>, Set<UInt64>) = ([], [])
            for round in 0..<4 as Range<UInt64> {
                faults.fail(the.point, number: 3 * Int(round) + 2, with: the.fault)
                try await withThrowingTaskGroup(of: (UInt64, (any Error)?).self) { group in
                    for request in (8 * round + 1)...(8 * round + 8) {
                        group.addTask {
                            do {
                                try await database.transaction { tx in
                                    try Self.insertPair(request, tx)
                                    if request % 3 == 0 { throw Refused() }
                                }
                                return (request, nil)
                            } catch {
                                return (request, error)
                            }
                        }
                    }
                    for try await (request, error) in group {
                        if error == nil { acknowledged.insert(request) } else { denied.insert(request) }
                        if let error = error as? DatabaseError {
                            #expect(error.reason == .diskFull && !error.mayHaveCommitted)
                        } else {
                            #expect((error is Refused) == (request % 3 == 0))
                        }
                    }
                }
            }
            faults.heal()
            let pairs = try await Self.pairs(database, 1..<33)
            #expect(pairs.allSatisfy { $0.value == 2 })
            #expect(Set(pairs.keys) == acknowledged)
            #expect(denied.isDisjoint(with: acknowledged) && acknowledged.count + denied.count == 32)
        }
    }

    @Test(arguments: Case.all)
    func `a lasting fault ends the attempts, and the reported outcome is true`(the: Case) async throws {
        let faults = Faults()
        var limits = DatabaseLimits()
        limits.attempts = 3
        try await TestDatabase.with(the.engine, Shop.migrations, limits: limits, faults: faults) { database in
            faults.fail(the.point, count: .max, with: the.fault)
            let numbers = Array(1..<6) as [UInt64]
            var unknown: Set<UInt64> = []
            for number in numbers {
                do {
                    try await database.transaction { try Self.insertPair(number, $0) }
                    // The closure may only find the rows of an earlier attempt. On SQLite this needs no write, but here
                    // the commit fails, too.
                    Issue.record("\(number) was acknowledged")
                } catch let error as DatabaseError {
                    if error.mayHaveCommitted { unknown.insert(number) }
                }
            }
            faults.heal()
            let pairs = try await Self.pairs(database, 1..<6)
            #expect(pairs.allSatisfy { $0.value == 2 })
            #expect(Set(pairs.keys).isSubset(of: unknown))
            if the.point == .commit, the.fault == .answerLost { #expect(Set(pairs.keys) == Set(numbers)) }
            for number in numbers { try await database.transaction { try Self.insertPair(number, $0) } }
            #expect(try await Self.pairs(database, 1..<6).count == numbers.count)
        }
    }
}
