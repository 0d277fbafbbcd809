import Glibc
import Kernel
import RPC
import TestSupport
import Testing
import Threads

/// The three services on a primary and its synchronous standbys. The scripts in Tests/Failover start them. Their environment
/// variables contain the addresses, and the commands for the fault, for the promotion of a standby, and for the repair.
@Suite(.enabled(if: getenv("ONSALE_TEST_FAILOVER_URL") != nil)) struct FailoverTests {
    private static let buyers = 16
    private static let longestWait = Duration.seconds(10)

    private static func variable(_ name: String) -> String {
        guard let value = getenv(name) else { preconditionFailure("Tests/Failover/shared sets \(name)") }
        return String(cString: value)
    }

    private static func run(_ variable: String) async throws {
        let line = Self.variable(variable)
        let outcome = try await onThread { Command.run("sh", "-c", line) }
        #expect(outcome.status == 0, "\(line): \(outcome.output)")
    }

    @Test func `a fail-over under load loses no acknowledged payment or place, and the sale continues`() async throws {
        let prefix = Self.variable("ONSALE_TEST_FAILOVER_SCHEMAS")
        let schemas = Dictionary(uniqueKeysWithValues: Programs.Name.allCases.map { ($0, "\(prefix)_\($0)") })
        try await Programs.with(server: Self.variable("ONSALE_TEST_FAILOVER_URL"), schemas: schemas) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 11)
            try await crowd.open(now: SystemClock().now)
            let line = LineWatch(programs, of: .numbered(1), on: loops)
            let watching = Task { await line.watch() }
            // A failure that must not be retried, such as INTERNAL, ends this with an error.
            let buying = Task { try await crowd.buy(count: Self.buyers) }
            func sales(above count: Int) async throws {
                do { try await ReadOnlyServerTests.sales(of: crowd, above: count) } catch {
                    try await crowd.close()
                    Issue.record("buyers: \(await buying.result), services: \(programs.errors.suffix(10))")
                    throw error
                }
            }
            try await sales(above: 40)
            let fault = SystemClock().uptime
            try await Self.run("ONSALE_TEST_FAILOVER_FAULT")
            try await SystemClock().sleep(for: .seconds(1))
            let before = try await crowd.decidedCount()
            try await Self.run("ONSALE_TEST_FAILOVER_PROMOTION")
            let promotion = SystemClock().uptime
            try await sales(above: before)
            let sale = SystemClock().uptime
            #expect(sale - promotion < Self.longestWait)
            try await Self.run("ONSALE_TEST_FAILOVER_REPAIR")
            try await sales(above: before + 40)
            try await crowd.close()
            try await buying.value
            watching.cancel()
            await watching.value
            let checkpoints = try await line.check()
            #expect(checkpoints > 1)
            try await Aftermath(crowd, programs).check()
            print(
                """
                fail-over: \(before) payments decided before the promotion, \(crowd.isPaid.count) in all, none lost; the \
                next \((sale - promotion).milliseconds) ms after it, \((sale - fault).milliseconds) ms after the fault; \
                \(checkpoints) checkpoints of one line
                """)
        }
    }
}
