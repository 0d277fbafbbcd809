import Database
import Kernel
import TestSupport
import Testing

/// Statements that are sent without waiting for their answers.
@Suite struct PendingAnswerTests {
    private static let balance: Statement = "select balance from account where id = $1"
    private static let pay: Statement = "update account set balance = balance - $2 where id = $1 and balance >= $2"
    private static let payAndRead: Statement = """
        update account set balance = balance - $2 where id = $1 and balance >= $2 returning balance
        """
    private static let balances = KeyedStatement(after: 0) { id in "select id, balance from account where id = \(id)" }
    private static let open = RowsStatement(after: 1, width: 1, row: { "(\($0), $1)" }) { rows in
        "insert into account (id, balance) values \(rows) on conflict (id) do nothing"
    }

    /// Runs `body` on accounts 1 to 200, each with a balance of ten times its number.
    private func withAccounts(_ engine: Engine, _ body: (Database) async throws -> Void) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { tx in
                for id in 1...200 { try Shop.openAccount(id, balance: 10 * id, tx) }
            }
            try await body(database)
        }
    }

    @Test(arguments: Engine.available)
    func `each statement gets its own answer, in any order and number`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            try await database.transaction { tx in
                let rows = try (1...200).map { id in
                    try tx.pendingRows(Self.balance, { $0.bind(id) }) { row in try row.int(0) }
                }
                let counts = try (1...200).map { id in try tx.pendingCount(Self.pay) { $0.bind(id, 1000) } }
                let left = try tx.pendingRows(Self.payAndRead, { $0.bind(150, 500) }) { row in try row.int(0) }
                #expect(try left.first() == 0)
                let changed = try counts.map { try $0.value() }
                #expect(changed == (1...200).map { $0 < 100 ? 0 : 1 })
                let balances = try rows.map { try $0.all() }
                #expect(balances == (1...200).map { [10 * $0] })
            }
            #expect(try await database.read { try Shop.balance(of: 200, $0) } == 1000)
        }
    }

    @Test(arguments: Engine.available)
    func `an update returns its row, and no row if its condition does not hold`(engine: Engine) async throws {
        let update = RowUpdate(
            "update account set balance = balance - $2 where id = $1 and balance >= $2", returning: "id, balance",
            of: "account where id = $1")
        try await withAccounts(engine) { database in
            try await database.transaction { tx in
                let paid = try [(7, 30), (7, 40), (7, 1), (999, 1)].map { id, amount in
                    try tx.pendingRow(update, key: { $0.bind(id) }, { $0.bind(amount) }) { row in
                        [try row.int(0), try row.int(1)]
                    }
                }
                #expect(try paid.map { try $0.all() } == [[[7, 40]], [[7, 0]], [], []])
            }
            #expect(try await database.read { try Shop.balance(of: 7, $0) } == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `an answer is received once, also after other statements`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            try await database.transaction { tx in
                let first = try tx.pendingRows(Self.balance, { $0.bind(7) }) { row in try row.int(0) }
                let none = try tx.pendingRows(Self.balance, { $0.bind(999) }) { row in try row.int(0) }
                try tx.executeOne(Self.pay) { $0.bind(7, 70) }
                #expect(try Shop.balance(of: 7, tx) == 0)
                #expect(try first.all() == [70])
                #expect(try first.first() == 70)
                #expect(try none.first() == nil)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `an error of a pending statement fails the transaction`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            for isReadLater in [true, false] {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.transaction { tx in
                        try Shop.openAccount(1000, balance: 1, tx)
                        let overdrawn = try tx.pendingCount("update account set balance = -1 where id = 3")
                        let other = try tx.pendingRows(Self.balance, { $0.bind(4) }) { row in try row.int(0) }
                        if isReadLater {
                            _ = try? overdrawn.value()
                            _ = try? other.all()
                        }
                    }
                }
                #expect(error?.reason == .constraint("account_is_not_overdrawn"))
                let opened = try await database.read { try Shop.balance(of: 1000, $0) }
                #expect(opened == nil)
            }
            let balance = try await database.read { try Shop.balance(of: 3, $0) }
            #expect(balance == 30)
        }
    }

    @Test(arguments: Engine.available)
    func `an error in the reading of a row is thrown to its reader`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            try await database.transaction { tx in
                let id = try tx.pendingRows(Self.balance, { $0.bind(5) }) { row in
                    try row.id(0, as: Shop.Order.self)
                }
                let number = try tx.pendingRows(Self.balance, { $0.bind(6) }) { row in try row.int(0) }
                #expect(try number.first() == 60)
                #expect(throws: DatabaseError.self) { try id.first() }
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a statement while the rows of an answer are read is refused`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    let rows = try tx.pendingRows(Self.balance, { $0.bind(5) }) { row in
                        try Shop.balance(of: try row.int(0), tx)
                    }
                    _ = try rows.all()
                }
            }
            #expect(error?.reason == .misuse)
        }
    }

    @Test(arguments: Engine.available)
    func `the rows of any number of keys are read once each`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            for count in [0, 1, 2, 3, 15, 16, 17, 37, 200] {
                let keys = Array((1...201).suffix(count))
                let found = try await database.read { reader in
                    try reader.rows(Self.balances, keys: keys) { row in [try row.int(0), try row.int(1)] }
                }
                #expect(found == keys.filter { $0 <= 200 }.map { [$0, 10 * $0] })
            }
        }
    }

    @Test(arguments: Engine.available)
    func `any number of rows is inserted, and those that exist are counted`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            for (count, start) in [(0, 1000), (1, 2000), (63, 3000), (64, 4000), (300, 5000)] {
                let ids = Array(start..<start + count)
                try await database.transaction { tx in
                    try tx.executeAll(Self.open, ids, { $0.bind(5) }) { $0.bind($1) }
                }
                let balances = try await database.scan { reader in
                    try reader.rows("select balance from account where id between $1 and $2", start, start + 999) {
                        row in try row.int(0)
                    }
                }
                #expect(balances == Array(repeating: 5, count: count))
            }
            let counts = try await database.transaction { tx in
                try tx.counts(Self.open, Array(190..<290), { $0.bind(5) }) { $0.bind($1) }
            }
            #expect(counts.flatMap { Array($0.items) } == Array(0..<100))
            #expect(counts.reduce(0) { $0 + $1.count } == 89)
            #expect(counts[0].count == counts[0].items.count - 11)
        }
    }

    @Test(arguments: Engine.available)
    func `an insert of rows of which one exists violates its constraint, and writes none`(engine: Engine) async throws {
        let open = RowsStatement(after: 1, width: 1, row: { "(\($0), $1)" }) { rows in
            "insert into account (id, balance) values \(rows)"
        }
        try await withAccounts(engine) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    try tx.executeAll(open, [998, 999, 200], { $0.bind(5) }) { $0.bind($1) }
                }
            }
            #expect(error?.reason == .constraint("account_key"))
            let opened = try await database.read { try Shop.balance(of: 998, $0) }
            #expect(opened == nil)
            #expect(try await database.read { try Shop.balance(of: 998, $0) } == nil)
        }
    }
}
