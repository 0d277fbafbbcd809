import Kernel
import Programs
import Telemetry
import Threads

/// Reports a wall clock that was set while the program runs, by readiness, log and metric.
final class ClockWatch: Sendable {
    static let interval = Duration.seconds(1)

    private let clock: ServiceClock
    private let log: Log
    private let isApart = Lock(false)

    init(_ clock: ServiceClock, _ log: Log, _ metrics: Metrics, _ health: Health) {
        self.clock = clock
        self.log = log
        metrics.gauge(
            "clock_wall_lead_seconds",
            "Wall clock minus service clock. Not ready from ±\(ServiceClock.tolerance.milliseconds / 1000) s on."
        ) {
            Double(clock.wallClockLead.milliseconds) / 1000
        }
        health.check("clock") { clock.problem }
    }

    /// Logs an error when the clocks differ too much, and one line when they agree again.
    var job: Job {
        Job("clock", every: Self.interval) { [self] in
            let problem = clock.problem
            let wasApart = isApart.withLock { isApart in
                defer { isApart = problem != nil }
                return isApart
            }
            if let problem {
                if !wasApart { log.error("clock is not usable", ["reason": "\(problem)"]) }
            } else if wasApart {
                log.info("clock is usable again")
            }
        }
    }
}
