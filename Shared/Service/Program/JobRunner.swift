import Kernel
import Telemetry
import Threads

/// Runs a job until its task is cancelled.
struct JobRunner: Sendable {
    private let clock: any Clock
    private let log: Log
    private let runs: Family<Counter>
    private let random: Generator

    private final class Generator: Sendable {
        let state: Lock<SeededGenerator>

        init(seed: UInt64) {
            state = Lock(SeededGenerator(seed: seed))
        }
    }

    init(clock: any Clock, log: Log, metrics: Metrics, seed: UInt64) {
        self.clock = clock
        self.log = log
        runs = metrics.counters("job_runs_total", "Runs of background jobs.", labels: ["job", "outcome"])
        random = Generator(seed: seed)
    }

    func run(_ job: Job) async {
        while !Task.isCancelled {
            do {
                try await job.run()
                runs.with(job.name, "done").increment()
            } catch {
                if Task.isCancelled { return }
                runs.with(job.name, "failed").increment()
                log.error("job failed", ["job": "\(job.name)", "error": "\(error)"])
            }
            do { try await clock.sleep(for: pause(after: job)) } catch { return }
        }
    }

    private func pause(after job: Job) -> Duration {
        let factor = random.state.withLock { Double.random(in: 1 - Job.jitter...1 + Job.jitter, using: &$0) }
        return job.interval * factor
    }
}
