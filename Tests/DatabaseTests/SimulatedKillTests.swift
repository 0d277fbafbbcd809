import Database
import Kernel
import TestSupport
import Testing

/// The functions of `FaultyEngine` that simulations of whole services use.
@Suite struct SimulatedKillTests {
    @Test func `the next program takes over the memory of a killed one, which loses access`() async throws {
        let killable = try KillableDatabase(Shop.migrations, clock: ManualClock())
        let killed = killable.database
        try await killed.transaction { tx in try Shop.insert(Shop.order(1), seat: 1, tx) }
        let next = try killable.killed(clock: ManualClock()).database
        await #expect(throws: DatabaseError.self) {
            try await killed.transaction { tx in try Shop.insert(Shop.order(2), seat: 2, tx) }
        }
        #expect(try await next.read { try Shop.count($0) } == 1)
    }

    @Test func `a program restarted with the clock set back uses the earlier time`() async throws {
        let clock = ManualClock()
        let killable = try KillableDatabase(Shop.migrations, clock: clock)
        let killed = killable.database
        #expect(try await killed.transaction { $0.now } == .noon)
        clock.step(to: .noon - .hours(1))
        #expect(try await killed.transaction { $0.now } == .noon)
        #expect(try await killable.killed(clock: clock).database.transaction { $0.now } == .noon - .hours(1))
    }

    @Test func `a commit that the disk loses leaves no rows, although it succeeded`() async throws {
        let faults = Faults()
        let database = try Database(
            url: "sqlite::memory:", migrations: Shop.migrations, clock: ManualClock(), faults: faults)
        faults.forgetCommits(of: "insert into purchase") { true }
        try await database.transaction { tx in try Shop.insert(Shop.order(1), seat: 1, tx) }
        try await database.transaction { tx in try Shop.openAccount(1, balance: 5, tx) }
        #expect(try await database.read { try Shop.count($0) } == 0)
        #expect(try await database.read { try Shop.balance(of: 1, $0) } == 5)
    }

    @Test func `a test can edit a statement`() async throws {
        let faults = Faults()
        faults.replace("count(*)", with: "1 + count(*)", where: "from purchase")
        let database = try Database(
            url: "sqlite::memory:", migrations: Shop.migrations, clock: ManualClock(), faults: faults)
        #expect(try await database.read { try Shop.count($0) } == 1)
    }
}
