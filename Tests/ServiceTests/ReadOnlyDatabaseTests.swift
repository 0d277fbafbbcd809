import Database
import Kernel
import Programs
import Service
import Telemetry
import TestSupport
import Testing
import Threads

@Suite struct ReadOnlyDatabaseTests {
    private static let mostChecks = 100

    @Test func `a program whose server refuses writes is unready until it accepts them again`() async throws {
        try await OwnServer.with { server in
            let clock = SystemClock()
            let health = Health()
            health.enter(.running)
            let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
            var limits = DatabaseLimits()
            limits.connections = 2
            let database = try await onThread { [limits] in
                try Database(
                    url: server.url, migrations: [Migration("create nothing")], clock: clock, limits: limits)
            }
            // A busy machine may need more than the one second of a check, so run several.
            func checked(until isDone: ([String]) -> Bool) async throws {
                for _ in 1...Self.mostChecks {
                    try? await watch.check(of: database).run()
                    if isDone(health.problems) { return }
                    try await clock.sleep(for: .milliseconds(50))
                }
                throw Patience.Over("\(health.problems)")
            }
            try await checked { $0.isEmpty }
            try await server.set("default_transaction_read_only", to: "on")
            try await checked { $0.contains { $0.contains("accepts connections") || $0.contains("accepts no writes") } }
            try await server.set("default_transaction_read_only", to: "off")
            try await checked { $0.isEmpty }
            await database.close()
        }
    }
}
