import Database
import Kernel
import Synchronization
import TestSupport
import Testing
import Threads

@Suite struct TransactionTests {
    @Test(arguments: Engine.available)
    func `the rows of a transaction are there when it returns`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let returned = try await database.transaction { tx in
                try Shop.insert(Shop.order(1), seat: 7, tx)
                return try Shop.count(tx)
            }
            #expect(returned == 1)
            #expect(try await database.read { try Shop.exists(Shop.order(1), $0) })
        }
    }

    @Test(arguments: Engine.available)
    func `a refusal leaves no rows and is thrown unchanged`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            await #expect(throws: Refused()) {
                try await database.transaction { tx in
                    try Shop.insert(Shop.order(1), seat: 1, tx)
                    throw Refused()
                }
            }
            let count = try await database.read { try Shop.count($0) }
            #expect(count == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `each of many concurrent refusals is undone alone`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let refusals = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...200 {
                    group.addTask {
                        do {
                            try await database.transaction { tx in
                                if number % 5 == 0 { throw Refused() }
                                try Shop.insert(Shop.order(UInt64(number)), seat: number, tx)
                                if number % 3 == 0 { throw Refused() }
                            }
                            return false
                        } catch is Refused {
                            return true
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let seats = try await database.read { reader in
                try reader.rows("select seat from purchase") { row in try row.int(0) }
            }
            #expect(refusals == (1...200).count { $0 % 5 == 0 || $0 % 3 == 0 })
            #expect(seats.sorted() == (1...200).filter { $0 % 5 != 0 && $0 % 3 != 0 })
        }
    }

    @Test(arguments: Engine.available)
    func `a failed statement fails the transaction, even if the closure continues`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { tx in try Shop.openAccount(1, balance: 5, tx) }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    try? Shop.openAccount(1, balance: 6, tx)
                    try? Shop.openAccount(2, balance: 7, tx)
                }
            }
            #expect(error?.reason == .constraint("account_key"))
            let balance = try await database.read { try Shop.balance(of: 2, $0) }
            #expect(balance == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a conditional update that finds no row runs the closure again`(engine: Engine) async throws {
        let limits = DatabaseLimits()
        let runs = Atomic(0)
        try await TestDatabase.with(engine, Shop.migrations, limits: limits) { database in
            try await database.transaction { tx in try Shop.openAccount(1, balance: 5, tx) }
            try await database.transaction { tx in
                let run = runs.wrappingAdd(1, ordering: .relaxed).newValue
                try tx.executeOne("update account set balance = 9 where id = $1 and balance = $2", 1, run == 3 ? 5 : 4)
            }
            #expect(runs.load(ordering: .relaxed) == 3)
            #expect(try await database.read { try Shop.balance(of: 1, $0) } == 9)
        }
    }

    @Test(arguments: Engine.available)
    func `a lasting conflict ends the attempts`(engine: Engine) async throws {
        var limits = DatabaseLimits()
        limits.attempts = 3
        let runs = Atomic(0)
        try await TestDatabase.with(engine, Shop.migrations, limits: limits) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    runs.add(1, ordering: .relaxed)
                    throw tx.conflict()
                }
            }
            #expect(error?.reason == .conflict)
            #expect(error?.mayHaveCommitted == false)
            #expect(runs.load(ordering: .relaxed) == 3)
        }
    }

    @Test(arguments: Engine.available)
    func `an update of one row that changes two is a mistake`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    try Shop.openAccount(1, balance: 5, tx)
                    try Shop.openAccount(2, balance: 5, tx)
                    try tx.executeOne("update account set balance = $1", 6)
                }
            }
            #expect(error?.reason == .misuse)
        }
    }

    @Test(arguments: Engine.available)
    func `the time of a transaction is new for each run and never goes back`(engine: Engine) async throws {
        let clock = ManualClock(at: .noon)
        try await TestDatabase.with(engine, Shop.migrations, clock: clock) { database in
            let runs = Atomic(0)
            let second = try await database.transaction { tx in
                if runs.wrappingAdd(1, ordering: .relaxed).newValue == 1 {
                    clock.advance(by: .seconds(1))
                    throw tx.conflict()
                }
                return tx.now
            }
            #expect(second == .noon + .seconds(1))
            clock.step(to: .noon - .hours(1))
            #expect(try await database.transaction { $0.now } == second)
            #expect(try await database.read { $0.now } == second)
        }
    }

    @Test(arguments: Engine.available)
    func `a transaction does not start after its deadline`(engine: Engine) async throws {
        let clock = ManualClock()
        try await TestDatabase.with(engine, Shop.migrations, clock: clock) { database in
            let deadline = clock.uptime + .seconds(1)
            clock.advance(by: .seconds(1))
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction(before: deadline) { tx in try Shop.insert(Shop.order(1), seat: 1, tx) }
            }
            #expect(error?.reason == .deadlinePassed)
            let count = try await database.read { try Shop.count($0) }
            #expect(count == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `every call after close is refused`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            await database.close()
            for kind in 0..<3 {
                let error = await #expect(throws: DatabaseError.self) {
                    switch kind {
                    case 0: try await database.transaction { try Shop.count($0) }
                    case 1: try await database.read { try Shop.count($0) }
                    default: try await database.scan { try Shop.count($0) }
                    }
                }
                #expect(error?.reason == .closed)
            }
        }
    }
}
