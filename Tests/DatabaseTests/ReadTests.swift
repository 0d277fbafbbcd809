import Database
import Kernel
import Synchronization
import TestSupport
import Testing

/// Reads with two queries, while another connection writes between them.
@Suite struct ReadTests {
    enum Order: CaseIterable {
        /// The first query stops at its first row, returns no row, or returns all rows.
        case foundFirst, missedFirst, listedFirst
    }

    /// Serialized, because each case blocks the thread that it reads on.
    @Test(.serialized, arguments: Engine.available.filter { $0 != .memory }, Order.allCases)
    func `all queries of a read see one snapshot`(engine: Engine, order: Order) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            let gate = Gate()
            let runs = Atomic(0)
            let pause: @Sendable () -> Void = {
                // The closure may run again, when the order exists already.
                if runs.wrappingAdd(1, ordering: .relaxed).newValue == 1 { gate.pass() }
            }
            let read = Task.detached {
                try await database.read { reader in try Self.ask(reader, order, between: pause) }
            }
            try await gate.reached()
            try await database.transaction { try Shop.insert(Shop.order(2), seat: 2, $0) }
            gate.open()
            let (count, isThere) = try await read.value
            #expect(count == (isThere ? 2 : 1))
            #expect(runs.load(ordering: .relaxed) <= 2)
            #expect(try await database.read { try Shop.count($0) } == 2)
        }
    }

    private static func ask(
        _ reader: Reader, _ order: Order, between pause: () -> Void
    ) throws -> (count: Int, isThere: Bool) {
        switch order {
        case .foundFirst:
            let count = try Shop.count(reader)
            pause()
            return (count, try Shop.exists(Shop.order(2), reader))
        case .missedFirst:
            let isThere = try Shop.exists(Shop.order(2), reader)
            pause()
            return (try Shop.count(reader), isThere)
        case .listedFirst:
            let count = try reader.rows("select id from purchase") { row in try row.id(0, as: Shop.Order.self) }.count
            pause()
            return (count, try Shop.exists(Shop.order(2), reader))
        }
    }

    @Test(arguments: Engine.available)
    func `a query of one statement needs no transaction, and a second statement is refused`(
        engine: Engine
    ) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            #expect(try await database.query { try Shop.count($0) } == 1)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.query { reader in try Shop.count(reader) + Shop.count(reader) }
            }
            #expect(error?.reason == .misuse)
            await #expect(throws: DatabaseError.self) {
                try await database.query { try $0.exists("select no_such_column from purchase") }
            }
            // The connection is usable again.
            #expect(try await database.query { try Shop.count($0) } == 1)
            #expect(try await database.read { try Shop.count($0) + Shop.count($0) } == 2)
            if engine == .postgreSQL {
                let isolation = try await database.query { reader in
                    try reader.first("show transaction_isolation") { row in try row.text(0) }
                }
                #expect(isolation == "read committed", "a read begins a transaction with repeatable read")
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a query while the rows of another are read is refused`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { reader in
                    try reader.forEach("select id from purchase") { _ in _ = try Shop.count(reader) }
                }
            }
            #expect(error?.reason == .misuse)
            #expect(error?.message.contains("while the rows of another query are read") == true)
            #expect(try await database.read { try Shop.count($0) } == 1)
        }
    }

    @Test func `a connection reads a new snapshot each time`() async throws {
        try await TestDatabase.with(.file, Shop.migrations) { database in
            for number in 1...3 {
                try await database.transaction { try Shop.insert(Shop.order(UInt64(number)), seat: number, $0) }
                #expect(try await database.read { try Shop.count($0) } == number)
                #expect(try await database.read { try Shop.exists(Shop.order(UInt64(number)), $0) })
                await #expect(throws: Refused.self) {
                    try await database.read { reader in
                        _ = try Shop.count(reader)
                        throw Refused()
                    }
                }
            }
        }
    }
}
