import Kernel
import Programs
import Telemetry
import TestSupport
import Testing
import Threads

@testable import Service

/// Sets the wall clock of the machine while a service runs.
@Suite struct ServiceClockTests {
    private let machine = ManualClock()
    private let clock: ServiceClock

    init() {
        let machine = machine
        clock = ServiceClock(machine, elapsed: { machine.uptime })
    }

    @Test func `it advances by the elapsed time if the wall clock is set back`() {
        machine.advance(by: .seconds(10))
        #expect(clock.now == .noon + .seconds(10))
        machine.step(to: .noon - .hours(1))
        #expect(clock.now == .noon + .seconds(10))
        machine.advance(by: .seconds(3))
        #expect(clock.now == .noon + .seconds(13))
    }

    @Test func `it does not follow a step forwards of five seconds or more`() {
        machine.step(to: .noon + .seconds(5))
        #expect(clock.now == .noon)
        machine.step(to: .noon + .hours(1))
        #expect(clock.now == .noon)
        machine.advance(by: .seconds(2))
        #expect(clock.now == .noon + .seconds(2))
    }

    @Test func `it follows a wall clock that moves ahead by less than five seconds, each time`() {
        machine.step(to: .noon + .milliseconds(4999))
        #expect(clock.now == .noon + .milliseconds(4999))
        machine.step(to: .noon + .milliseconds(9998))
        #expect(clock.now == .noon + .milliseconds(9998))
        machine.step(to: .noon)
        #expect(clock.now == .noon + .milliseconds(9998), "forwards only")
    }

    @Test func `a suspended machine is no step, because the elapsed time counts the suspension`() {
        let suspended = Duration.hours(1)
        let (machine, isSuspended) = (machine, Gauge())
        let clock = ServiceClock(machine, elapsed: { machine.uptime + (isSuspended.level > 0 ? suspended : .zero) })
        isSuspended.set(1)
        machine.step(to: .noon + suspended)
        #expect(clock.now == .noon + suspended)
        #expect(clock.problem == nil)
    }

    @Test(arguments: [Duration.milliseconds(-5000), .hours(-1), .milliseconds(5000), .hours(1)])
    func `a difference of five seconds is a problem, in both directions`(step: Duration) {
        machine.step(to: .noon + step)
        #expect(clock.problem?.contains(step < .zero ? "s behind this service" : "s ahead of this service") == true)
        #expect(clock.wallClockLead == step)
    }

    @Test(arguments: [Duration.milliseconds(-4999), .milliseconds(4999), .zero])
    func `a difference of less than five seconds is not a problem`(step: Duration) {
        machine.step(to: .noon + step)
        #expect(clock.problem == nil)
    }

    @Test func `threads that see the same step follow it once`() async {
        machine.step(to: .noon + .seconds(4))
        await withTaskGroup(of: Timestamp.self) { group in
            for _ in 0..<64 { group.addTask { [clock] in clock.now } }
            for await now in group { #expect(now == .noon + .seconds(4)) }
        }
    }

    @Test func `a wall clock that is set makes the program unready, with one error, until it is corrected`()
        async throws
    {
        let lines = Recorder<String>()
        let (metrics, health) = (Metrics(), Health())
        health.enter(.running)
        let log = Log(level: .info, clock: machine) { lines.add($0) }
        let watch = ClockWatch(clock, log, metrics, health)
        try await watch.job.run()
        #expect(health.problems == [])
        machine.step(to: .noon - .hours(1))
        #expect(health.problems.first?.hasPrefix("clock: the wall clock is 3600 s behind this service") == true)
        #expect(metrics.prometheusText.contains("\nclock_wall_lead_seconds -3600\n"))
        for _ in 1...3 { try await watch.job.run() }
        #expect(lines.all.filter { $0.contains("clock is not usable") }.count == 1, "one line for one step")
        machine.step(to: .noon)
        #expect(health.problems == [])
        try await watch.job.run()
        #expect(lines.all.last?.contains("clock is usable again") == true)
    }

    @Test func `the elapsed time of the machine advances`() {
        let first = SystemClock.sinceBoot
        #expect(first <= SystemClock.sinceBoot)
        #expect(first.nanoseconds > 0)
        #expect(ServiceClock().problem == nil)
    }
}
