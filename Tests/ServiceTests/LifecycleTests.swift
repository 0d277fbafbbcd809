import Kernel
import Synchronization
import Telemetry
import TestSupport
import Testing
import Threads

@testable import Programs

@Suite struct LifecycleTests {
    private struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    /// The events in order.
    private final class Record: Sendable {
        private let state = Lock<[String]>([])
        var all: [String] { state.withLock { $0 } }
        func add(_ entry: String) { state.withLock { $0.append(entry) } }

        func waits(for entry: String) async throws {
            try await eventually(entry) { [self] in all.contains(entry) }
        }
    }

    private let clock = ManualClock()
    private let record = Record()
    private let log = Record()
    private let metrics = Metrics()
    private let health = Health()

    private func lifecycle() -> Lifecycle {
        Lifecycle(
            clock: clock, log: Log(level: .debug, clock: clock, write: log.add), metrics: metrics, health: health,
            drainTimeout: .seconds(10), seed: 1, force: { record.add("forced") })
    }

    private func component(_ name: String) -> Component {
        Component(
            name, start: { [record] in record.add("start \(name)") }, stop: { [record] in record.add("stop \(name)") })
    }

    /// A component whose stop returns only after the test has released it.
    private func stubborn(_ name: String, until isReleased: Flag) -> Component {
        Component(
            name, start: {},
            stop: { [record] in
                record.add("stop \(name)")
                try? await eventually("the test releases it") { isReleased.isSet }
            })
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    private func waits(for phase: Health.Phase) async throws {
        try await eventually("the program is \(phase)") { [health] in health.phase == phase }
    }

    @Test func `components start in order and stop in reverse order`() async throws {
        let lifecycle = lifecycle()
        async let exitCode = lifecycle.run([component("a"), component("b"), component("c")])
        try await waits(for: .running)
        #expect(health.problems == [])
        lifecycle.stop()
        #expect(await exitCode == .clean)
        #expect(record.all == ["start a", "start b", "start c", "stop c", "stop b", "stop a"])
        #expect(health.problems == ["draining"])
    }

    @Test func `a component that cannot start is named, and the started ones are stopped`() async {
        let broken = Component("database", start: { throw Broken(description: "the disk is full") }, stop: {})
        #expect(await lifecycle().run([component("a"), component("b"), broken, component("c")]) == .unavailable)
        #expect(record.all == ["start a", "start b", "stop b", "stop a"])
        let line = log.all.first { $0.contains("could not start") }
        #expect(line?.contains(#"component=database error="the disk is full""#) == true)
    }

    @Test func `a stop during the start cancels it and stops the started components`() async throws {
        let lifecycle = lifecycle()
        let clock = clock
        let slow = Component(
            "slow", start: { try await clock.sleep(for: .hours(1)) }, stop: { [record] in record.add("stop slow") })
        async let exitCode = lifecycle.run([component("a"), slow, component("c")])
        try await clock.sleepers(1)
        lifecycle.stop()
        #expect(await exitCode == .clean)
        #expect(record.all == ["start a", "stop a"])
    }

    @Test func `a drain ends at its time-out and names the hanging component`() async throws {
        let lifecycle = lifecycle()
        let isReleased = Flag()
        async let exitCode = lifecycle.run([component("a"), stubborn("rpc", until: isReleased)])
        try await waits(for: .running)
        lifecycle.stop()
        try await record.waits(for: "stop rpc")
        try await clock.sleepers(1)
        clock.advance(by: .seconds(10))
        #expect(await exitCode == .drainTimedOut)
        #expect(log.all.last?.contains("not stopped in time part=rpc") == true)
        #expect(!record.all.contains("stop a"))
        isReleased.set()
    }

    @Test func `a drain that ends just before its time-out is clean`() async throws {
        let lifecycle = lifecycle()
        let isReleased = Flag()
        async let exitCode = lifecycle.run([stubborn("rpc", until: isReleased)])
        try await waits(for: .running)
        lifecycle.stop()
        try await clock.sleepers(1)
        clock.advance(by: .milliseconds(9999))
        isReleased.set()
        #expect(await exitCode == .clean)
    }

    @Test func `a second stop ends the program at once`() async throws {
        let lifecycle = lifecycle()
        let isReleased = Flag()
        async let exitCode = lifecycle.run([stubborn("rpc", until: isReleased)])
        try await waits(for: .running)
        lifecycle.stop()
        try await record.waits(for: "stop rpc")
        #expect(!record.all.contains("forced"))
        lifecycle.stop()
        #expect(record.all.last == "forced")
        isReleased.set()
        #expect(await exitCode == .clean)
    }

    @Test func `a job runs at the start, and then after pauses that vary by a tenth`() async throws {
        let lifecycle = lifecycle()
        let runs = Counter()
        async let exitCode = lifecycle.run([], jobs: [Job("sweep", every: .seconds(10)) { runs.increment() }])
        var pauses: Set<Duration> = []
        for expected in 1...20 {
            try await eventually("run \(expected)") { runs.count == expected }
            try await clock.sleepers(1)
            let pause = clock.nextDeadline.map { $0 - clock.uptime } ?? .zero
            #expect((.seconds(9) ... .seconds(11)).contains(pause))
            pauses.insert(pause)
            clock.advance(by: pause)
        }
        #expect(pauses.count > 10)
        lifecycle.stop()
        #expect(await exitCode == .clean)
        #expect(metrics.prometheusText.contains(#"job_runs_total{job="sweep",outcome="done"}"#))
    }

    @Test func `a job that fails is logged and runs again`() async throws {
        let lifecycle = lifecycle()
        let runs = Counter()
        let job = Job("sweep", every: .seconds(10)) {
            runs.increment()
            if runs.count == 1 { throw Broken(description: "busy") }
        }
        async let exitCode = lifecycle.run([], jobs: [job])
        try await clock.sleepers(1)
        clock.advance(by: .seconds(11))
        try await eventually("the second run") { runs.count == 2 }
        lifecycle.stop()
        #expect(await exitCode == .clean)
        #expect(log.all.contains { $0.contains("job failed job=sweep error=busy") })
        #expect(metrics.prometheusText.contains(#"job_runs_total{job="sweep",outcome="failed"} 1"#))
    }

    @Test func `a job that does not end is named at the drain time-out`() async throws {
        let lifecycle = lifecycle()
        let isReleased = Flag()
        let isBegun = Flag()
        let job = Job("stuck", every: .seconds(1)) {
            isBegun.set()
            try await eventually("the test releases it") { isReleased.isSet }
        }
        async let exitCode = lifecycle.run([component("a")], jobs: [job])
        try await eventually("the job runs") { isBegun.isSet }
        lifecycle.stop()
        try await clock.sleepers(1)
        clock.advance(by: .seconds(10))
        #expect(await exitCode == .drainTimedOut)
        #expect(log.all.last?.contains("not stopped in time part=\"job stuck\"") == true)
        isReleased.set()
    }

    @Test func `all jobs end before the first component stops`() async throws {
        let lifecycle = lifecycle()
        let clock = clock
        let job = Job("long", every: .seconds(1)) { [record] in
            defer { record.add("job ended") }
            try await clock.sleep(for: .hours(1))
        }
        async let exitCode = lifecycle.run([component("a")], jobs: [job])
        try await clock.sleepers(1)
        lifecycle.stop()
        #expect(await exitCode == .clean)
        #expect(record.all == ["start a", "job ended", "stop a"])
        #expect(!log.all.contains { $0.contains("job failed") })
    }
}
