import Database
import Kernel
import TestSupport
import Testing
import Threads

/// The three patterns for concurrent decisions. Other ways are wrong on a server.
@Suite struct PatternTests {
    /// Runs `call` 40 times at once. Returns the number of calls that did not refuse.
    private func acceptedOfForty(_ call: @escaping @Sendable (Int) async throws -> Void) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...40 {
                group.addTask {
                    do {
                        try await call(number)
                        return 1
                    } catch is Refused {
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    @Test(arguments: Engine.available)
    func `a unique insert accepts one of 40`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let accepted = try await acceptedOfForty { number in
                try await database.transaction { tx in
                    let count = try tx.executeCounting(
                        """
                        insert into purchase (id, buyer, seat, note) values ($1, $2, $3, '')
                        on conflict (seat) do nothing
                        """, Shop.order(UInt64(number)), Shop.order(0), 7)
                    if count == 0 { throw Refused() }
                }
            }
            #expect(accepted == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `the row count of an insert from a select decides nothing`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { try Shop.openAccount(1, balance: 100, $0) }
            let copies: [@Sendable (Transaction) throws -> Void] = [
                { tx in
                    _ = try tx.executeCounting(
                        "insert into account (id, balance) select id + 1, 5 from account where id = $1", 1)
                },
                { tx in
                    try tx.executeOne(
                        """
                        insert into account (id, balance)
                        select id + 1, 5 from account where id = $1
                        """, 1)
                },
            ]
            for copy in copies {
                let error = await #expect(throws: DatabaseError.self) { try await database.transaction(copy) }
                #expect(error?.reason == .misuse && error?.message.contains("insert values instead") == true)
            }
            #expect(try await database.read { try Shop.balance(of: 2, $0) } == nil)
            try await database.transaction { tx in
                try tx.execute("insert into account (id, balance) select id + 1, 5 from account where id = $1", 1)
            }
            #expect(try await database.read { try Shop.balance(of: 2, $0) } == 5)
        }
    }

    @Test(arguments: Engine.available)
    func `a conditional update of one row loses nothing`(engine: Engine) async throws {
        var limits = DatabaseLimits()
        // Each of 40 calls may conflict with all the others.
        limits.attempts = 40
        try await TestDatabase.with(engine, Shop.migrations, limits: limits) { database in
            try await database.transaction { try Shop.openAccount(1, balance: 100, $0) }
            let accepted = try await acceptedOfForty { _ in
                try await database.transaction { tx in
                    let balance = try Shop.balance(of: 1, tx) ?? 0
                    if balance < 5 { throw Refused() }
                    try tx.executeOne(
                        "update account set balance = $1 where id = 1 and balance = $2", balance - 5, balance)
                }
            }
            #expect(accepted == 20)
            #expect(try await database.read { try Shop.balance(of: 1, $0) } == 0)
        }
    }

    /// Buys if the buyer has fewer than 4 rows, a decision over several rows.
    private static func buyOfFour(_ number: Int, isOrdered: Bool, _ tx: Transaction, _ pause: () -> Void = {}) throws {
        if isOrdered {
            try tx.execute(
                """
                insert into buyer (id, orders) values ($1, 1)
                on conflict (id) do update set orders = buyer.orders + 1
                """, Shop.order(0))
        }
        let count = try Shop.count(tx)
        pause()
        if count >= 4 { throw Refused() }
        try Shop.insert(Shop.order(UInt64(number)), seat: number, tx)
    }

    @Test(arguments: Engine.available)
    func `after an ordering write a decision over several rows holds`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let accepted = try await acceptedOfForty { number in
                try await database.transaction { try Self.buyOfFour(number, isOrdered: true, $0) }
            }
            #expect(accepted == 4)
            #expect(try await database.read { try Shop.count($0) } == 4)
        }
    }

    // MARK: Without each pattern, a server accepts too much

    /// Runs two closures that both query before either of them writes. Returns the number of accepted ones.
    private func acceptedOfTwo(
        on database: Database, _ body: @escaping @Sendable (Int, Transaction, () -> Void) throws -> Void
    ) async throws -> Int {
        let queried = CountingSemaphore()
        let go = CountingSemaphore()
        async let accepted = acceptedOfForty { number in
            if number > 2 { throw Refused() }
            try await database.transaction { tx in
                try body(number, tx) {
                    queried.signal()
                    _ = go.wait(timeoutMilliseconds: Patience.milliseconds)
                }
            }
        }
        try await queried.signals(2)
        go.signal()
        go.signal()
        return try await accepted
    }

    @Test func `a query instead of a unique key accepts a second insert`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            let accepted = try await acceptedOfTwo(on: database) { number, tx, pause in
                let isTaken = try tx.exists("select 1 from purchase where note = $1", "front row")
                pause()
                if isTaken { throw Refused() }
                try Shop.insert(Shop.order(UInt64(number)), seat: number, note: "front row", tx)
            }
            #expect(accepted == 2)
        }
    }

    @Test func `an update without its condition overwrites another one`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            try await database.transaction { try Shop.openAccount(1, balance: 100, $0) }
            let accepted = try await acceptedOfTwo(on: database) { _, tx, pause in
                let balance = try Shop.balance(of: 1, tx) ?? 0
                pause()
                try tx.executeOne("update account set balance = $1 where id = 1", balance - 5)
            }
            #expect(accepted == 2)
            #expect(try await database.read { try Shop.balance(of: 1, $0) } == 95)
        }
    }

    @Test func `without the ordering write a server accepts the fifth`() async throws {
        try await TestDatabase.with(.postgreSQL, Shop.migrations) { database in
            for number in 1...3 {
                try await database.transaction { try Shop.insert(Shop.order(UInt64(number)), seat: number, $0) }
            }
            let accepted = try await acceptedOfTwo(on: database) { number, tx, pause in
                try Self.buyOfFour(number + 3, isOrdered: false, tx, pause)
            }
            #expect(accepted == 2)
            #expect(try await database.read { try Shop.count($0) } == 5)
        }
    }
}
