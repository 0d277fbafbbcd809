import Database
import Kernel
import Synchronization
import TestSupport
import Testing

/// A read that asks twice, while somebody writes between the two questions.
@Suite struct ReadTests {
    enum Order: CaseIterable {
        /// The first question has its answer in its first row, has no row, has run through all rows.
        case foundFirst, missedFirst, listedFirst
    }

    /// One after the other: each holds up the thread that it reads on.
    @Test(.serialized, arguments: Engine.available.filter { $0 != .memory }, Order.allCases)
    func `all questions of a read are answered as of one moment`(engine: Engine, order: Order) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            let gate = Gate()
            let runs = Atomic(0)
            let pause: @Sendable () -> Void = {
                // The closure may run again; by then the order is there.
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
    func `a question from within the rows of another is refused`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.read { reader in
                    try reader.forEach("select id from purchase") { _ in _ = try Shop.count(reader) }
                }
            }
            #expect(error?.reason == .misuse)
            #expect(error?.message.contains("from within the rows of another statement") == true)
            #expect(try await database.read { try Shop.count($0) } == 1)
        }
    }

    @Test func `a connection that has read asks anew the next time`() async throws {
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
