import Database
import Glibc
import Telemetry
import TestSupport
import Testing
import Threads

@Suite struct HistoryTests {
    /// The number of histories and the first seed. `Tests/PaymentTests/histories` sets both.
    private static let count = number("ONSALE_HISTORIES") ?? 1000
    private static let first = number("ONSALE_HISTORIES_FROM") ?? 1
    /// Threads for histories, so that they do not block the event loops of other tests.
    private static let threads: UInt64 = 2

    private static func number(_ variable: String) -> UInt64? {
        getenv(variable).flatMap { UInt64(String(cString: $0)) }
    }

    private final class Tally: Sendable {
        private struct State {
            var reached: [Situation: Int] = [:]
            var hasBreach = false
        }

        private let state = Lock(State())

        func add(_ history: History.Outcome) {
            state.withLock { state in
                for reached in history.reached { state.reached[reached, default: 0] += 1 }
                state.hasBreach = state.hasBreach || history.breach != nil
            }
        }

        var hasBreach: Bool { state.withLock { $0.hasBreach } }
        func count(of reached: Situation) -> Int { state.withLock { $0.reached[reached, default: 0] } }
    }

    @Test func `the same seed gives the same history, and another seed another one`() async throws {
        try await onThread {
            for seed: UInt64 in 1...5 {
                let history = try History.run(seed: seed)
                #expect(try History.run(seed: seed).fingerprint == history.fingerprint)
                #expect(try History.run(seed: seed + 5).fingerprint != history.fingerprint)
            }
        }
    }

    @Test func `an error that a server logs is an alarm, and nothing else is`() {
        let lines = Lock<[String]>([])
        let log = Log(level: .info, clock: ManualClock()) { line in lines.withLock { $0.append(line) } }
        log.error("job failed", ["job": "payments", "error": "no such table"])
        log.error("job failed", ["job": "payments", "error": "\(Faults.Fault.busy): fault: busy"])
        log.warning("error")
        #expect(lines.withLock { $0 }.map(History.isAlarm) == [true, false, false])
    }

    /// In another process, hash tables have another order.
    @Test func `the same seed gives the same history in another process`() async throws {
        try await onThread {
            let test = ChildProcess.path(of: "OnsalePackageTests.xctest")
            for seed: UInt64 in [3, 4] {
                let child = Command.run(
                    "env", "ONSALE_HISTORIES=1", "ONSALE_HISTORIES_FROM=\(seed)", test, "--testing-library",
                    "swift-testing", "--filter", "PaymentTests.HistoryTests/.in random")
                #expect(child.status == 0)
                let fingerprint = try History.run(seed: seed).fingerprint
                #expect(child.output.contains("fingerprint \(fingerprint)"), "\(child.output.suffix(2000))")
            }
        }
    }

    @Test func `in random histories no promise is broken, and every situation occurs`() async throws {
        let tally = Tally()
        try await withThrowingTaskGroup { group in
            for thread in 0..<Self.threads {
                group.addTask {
                    try await onThread {
                        for number in 0..<Self.count where number % Self.threads == thread && !tally.hasBreach {
                            try Self.check(seed: Self.first + number, tally)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        guard Self.count >= 1000, !tally.hasBreach else { return }
        print(
            "\(Self.count) histories; with "
                + Situation.allCases.map { "\($0): \(tally.count(of: $0))" }.joined(separator: ", "))
        for reached in Situation.allCases { #expect(tally.count(of: reached) > 0, "no history reached \(reached)") }
    }

    private static func check(seed: UInt64, _ tally: Tally) throws {
        let history = try History.run(seed: seed)
        tally.add(history)
        if count == 1 {
            print(history.lines.joined(separator: "\n"), "fingerprint \(history.fingerprint)", separator: "\n")
        }
        guard let breach = history.breach else { return }
        Issue.record(
            """
            \(breach). The last events:
            \(history.lines.suffix(20).joined(separator: "\n"))
            The whole history: Tests/PaymentTests/histories --count 1 --seed \(seed)
            """)
    }
}
