import Kernel
import Threads

/// Reports a wall clock that was set while the program runs: not ready, an error in the log, a metric.
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
            "Wall clock minus service clock; not ready at \(ServiceClock.tolerance.milliseconds / 1000) s either way."
        ) {
            Double(clock.wallClockLead.milliseconds) / 1000
        }
        health.check("clock") { clock.problem }
    }

    /// Logs once when the clocks come apart, and once when they agree again.
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
