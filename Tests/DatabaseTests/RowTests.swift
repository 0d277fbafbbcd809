import Database
import Kernel
import TestSupport
import Testing

@Suite struct RowTests {
    private static let migrations = [
        Migration(
            "create samples",
            .table(
                """
                create table sample (
                    key bigint not null, number bigint, words text, bytes bytea, id uuid, flag boolean,
                    constraint sample_key primary key (key))
                """))
    ]

    private struct Sample: Equatable, Sendable {
        var number: Int64?
        var words: String?
        var bytes: [UInt8]?
        var id: Shop.OrderID?
        var flag: Bool?
    }

    @Test(arguments: Engine.available)
    func `values are read as they were written`(engine: Engine) async throws {
        let samples = [
            Sample(), Sample(number: .min, words: "", bytes: [], id: Shop.order(0), flag: false),
            Sample(number: .max, words: "Ünïcödé 🎫", bytes: [0, 255, 0], id: Shop.order(.max), flag: true),
            Sample(
                number: -1, words: String(repeating: "long ", count: 5000), bytes: [UInt8](repeating: 7, count: 70_000)),
        ]
        try await TestDatabase.with(engine, Self.migrations) { database in
            for (key, sample) in samples.enumerated() {
                let found = try await database.transaction { tx in
                    try tx.execute(
                        "insert into sample (key, number, words, bytes, id, flag) values ($1, $2, $3, $4, $5, $6)",
                        key, sample.number, sample.words, sample.bytes, sample.id, sample.flag)
                    return try tx.first("select number, words, bytes, id, flag from sample where key = $1", key) {
                        row in
                        Sample(
                            number: try row.optionalInt64(0), words: try row.optionalText(1),
                            bytes: row.isNull(2) ? nil : try row.bytes(2), id: try row.optionalID(3),
                            flag: row.isNull(4) ? nil : try row.bool(4))
                    }
                }
                #expect(found == sample)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `parameters are bound by their number, not by their position`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let found = try await database.transaction { tx in
                try Shop.openAccount(1, balance: 20, tx)
                try tx.execute("update account set balance = $2 - 5 where balance = $3 and id = $1", 1, 30, 20)
                return try Shop.balance(of: 1, tx)
            }
            #expect(found == 25)
        }
    }

    @Test(arguments: Engine.available)
    func `a column of another type is an error that names it`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Self.migrations) { database in
            try await database.transaction { tx in
                try tx.execute("insert into sample (key, words) values ($1, $2)", 1, "one")
            }
            let null = await #expect(throws: DatabaseError.self) {
                try await database.read { try $0.first("select number from sample") { try $0.int64(0) } }
            }
            #expect(null?.message == "column 0 of «select number from sample» is NULL, not an integer: correct the row")
            let text = await #expect(throws: DatabaseError.self) {
                try await database.read {
                    try $0.first("select words from sample") { try $0.id(0, as: Shop.Order.self) }
                }
            }
            #expect(text?.reason == .damaged)
        }
    }

    private enum Shirt: Int, Sendable {
        case small = 1
        case large = 2
    }

    @Test(arguments: Engine.available)
    func `states and amounts are read as values, and unknown ones are an error`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Self.migrations) { database in
            try await database.transaction { tx in
                try tx.execute("insert into sample (key, number, words) values ($1, $2, $3)", 1, 2, "EUR")
                try tx.execute("insert into sample (key, number, words) values ($1, $2, $3)", 2, 3, "€")
            }
            let shirts = "select number, words from sample where key = $1" as Statement
            let (shirt, money) = try #require(
                try await database.read { reader in
                    try reader.first(shirts, 1) { row in (try row.value(0, as: Shirt.self), try row.money(0)) }
                })
            #expect(shirt == .large && money == Money(minorUnits: 2, .eur))
            let unknown = await #expect(throws: DatabaseError.self) {
                try await database.read { try $0.first(shirts, 2) { try $0.value(0, as: Shirt.self) } }
            }
            #expect(unknown?.message.contains("column 0 of «\(shirts)» is 3, which is no Shirt") == true)
            let currency = await #expect(throws: DatabaseError.self) {
                try await database.read { try $0.first(shirts, 2) { try $0.money(0) } }
            }
            #expect(currency?.reason == .damaged)
        }
    }

    @Test func `a page has its size at most, and shows whether another one follows`() {
        for (rows, count, hasMore) in [(0, 0, false), (2, 2, false), (3, 2, true), (9, 2, true)] {
            let page = Page(of: 2) { limit in Array((0..<rows).prefix(limit)) }
            #expect(page.items.count == count && page.hasMore == hasMore)
        }
    }

    @Test(arguments: Engine.available)
    func `the error for a wrong number of parameters says how many there are`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { try $0.exists("select 1 from account where id = $1", 1, 2) }
            }
            #expect(error?.reason == .misuse)
        }
    }

    @Test(arguments: Engine.available)
    func `a read returns at most 1000 rows, a scan returns all`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { tx in
                for id in 1...2500 { try Shop.openAccount(id, balance: id, tx) }
            }
            let rows = try await database.read { reader in
                try reader.rows("select id from account where id <= $1", Reader.rowLimit) { try $0.int(0) }
            }
            #expect(rows.count == 1000)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { reader in
                    try reader.rows("select id from account where id <= $1", Reader.rowLimit + 1) { try $0.int(0) }
                }
            }
            #expect(error?.reason == .misuse)
            let sum = try await database.scan { reader in
                var sum = 0
                try reader.forEach("select balance from account") { sum += try $0.int(0) }
                return sum
            }
            #expect(sum == 2500 * 2501 / 2)
        }
    }

    @Test(arguments: Engine.available)
    func `the first of many rows is read without the others`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let first = try await database.transaction { tx in
                for id in 1...3 { try Shop.openAccount(id, balance: 0, tx) }
                return try tx.first("select id from account order by id desc") { try $0.int(0) }
            }
            #expect(first == 3)
        }
    }

    @Test(arguments: Engine.available)
    func `a read cannot write`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            for _ in 0..<2 {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.read { reader in
                        try reader.first("insert into account (id, balance) values (1, 1) returning id") {
                            try $0.int(0)
                        }
                    }
                }
                #expect(error?.reason == .misuse)
            }
            let balance = try await database.read { try Shop.balance(of: 1, $0) }
            #expect(balance == nil)
        }
    }
}
