import Database
import Kernel
import TestSupport
import Testing

@Suite struct OverloadTests {
    private static let threaded = Engine.available.filter { $0 != .memory }

    @Test(arguments: threaded)
    func `a full queue refuses at once, and says when to retry`(engine: Engine) async throws {
        var limits = DatabaseLimits()
        limits.waiting = 2
        limits.connections = 1
        try await TestDatabase.with(engine, Shop.migrations, limits: limits) { database in
            let gate = Gate()
            let running = Task { try await database.transaction { _ in gate.pass() } }
            try await gate.reached()
            let waiting = (1...2).map { _ in Task { try await database.transaction { try Shop.count($0) } } }
            try await database.waiting(2)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try Shop.count($0) }
            }
            guard case .overloaded(let retryAfter) = error?.reason else {
                gate.open()
                Issue.record("\(String(describing: error)) instead of overloaded")
                return
            }
            #expect(retryAfter >= .milliseconds(10) && retryAfter <= .seconds(1))
            #expect(error?.mayHaveCommitted == false)
            gate.open()
            try await running.value
            for call in waiting { #expect(try await call.value == 0) }
        }
    }

    @Test(arguments: threaded)
    func `a call queued past its deadline fails without having run`(engine: Engine) async throws {
        let clock = ManualClock()
        var limits = DatabaseLimits()
        limits.connections = 1
        try await TestDatabase.with(engine, Shop.migrations, clock: clock, limits: limits) { database in
            let gate = Gate()
            let running = Task { try await database.transaction { _ in gate.pass() } }
            try await gate.reached()
            let deadline = clock.uptime + .seconds(1)
            let late = Task {
                try await database.transaction(before: deadline) { try Shop.insert(Shop.order(1), seat: 1, $0) }
            }
            try await database.waiting(1)
            clock.advance(by: .seconds(2))
            gate.open()
            try await running.value
            let error = await #expect(throws: DatabaseError.self) { try await late.value }
            #expect(error?.reason == .deadlinePassed)
            let count = try await database.read { try Shop.count($0) }
            #expect(count == 0)
        }
    }

    @Test func `a call refused after its deadline does not increase the retry time`() async throws {
        let clock = ManualClock()
        var limits = DatabaseLimits()
        limits.waiting = 1
        try await TestDatabase.with(.file, Shop.migrations, clock: clock, limits: limits) { database in
            _ = try await database.transaction { try Shop.count($0) }
            let deadline = clock.uptime
            clock.advance(by: .hours(1))
            await #expect(throws: DatabaseError.self) {
                try await database.transaction(before: deadline) { try Shop.count($0) }
            }
            let gate = Gate()
            let running = Task { try await database.transaction { _ in gate.pass() } }
            try await gate.reached()
            let waiting = Task { try await database.transaction { try Shop.count($0) } }
            try await database.waiting(1)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try Shop.count($0) }
            }
            #expect(error?.reason == .overloaded(retryAfter: .milliseconds(10)))
            gate.open()
            try await running.value
            _ = try await waiting.value
        }
    }

    @Test(arguments: threaded)
    func `close finishes queued calls`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let first = try await test.open(Shop.migrations)
        let gate = Gate()
        let running = Task { try await first.transaction { _ in gate.pass() } }
        try await gate.reached()
        let waiting = Task { try await first.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) } }
        if engine == .file { try await first.waiting(1) } else { try await waiting.value }
        async let closed: Void = first.close()
        gate.open()
        await closed
        try await running.value
        try await waiting.value
        let second = try await test.open(Shop.migrations)
        #expect(try await second.read { try Shop.exists(Shop.order(1), $0) })
        await second.close()
    }

    @Test(arguments: threaded)
    func `a scan sees one snapshot despite later writes`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            let gate = Gate()
            let scan = Task {
                try await database.scan { reader in
                    let before = try Shop.count(reader)
                    gate.pass()
                    return (before, try Shop.count(reader))
                }
            }
            try await gate.reached()
            try await database.transaction { try Shop.insert(Shop.order(1), seat: 1, $0) }
            gate.open()
            let (before, after) = try await scan.value
            #expect(before == 0 && after == 0)
        }
    }
}
