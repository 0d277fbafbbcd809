import Kernel
import Synchronization
import Telemetry
import Threads

/// Starts the components of a program in order, runs its jobs, and stops everything in reverse order.
///
///     starting ──all have started──▶ running ──stop──▶ draining ──▶ exit code
///        └───────────────stop, or a start fails───────────▲
package final class Lifecycle: Sendable {
    private enum Event: Sendable {
        case started
        case startFailed
        case stop
    }

    /// Maximum of waiting events. Further ones are dropped, because one reason to stop is enough.
    private static let maximumWaitingEvents = 8

    private let clock: any Clock
    private let log: Log
    private let health: Health
    private let runs: Family<Counter>
    private let random: Lock<SeededGenerator>
    private let drainTimeout: Duration
    private let force: @Sendable () -> Void
    private let events: AsyncStream<Event>
    private let event: AsyncStream<Event>.Continuation
    private let stopRequestCount = Atomic(0)
    private let startedCount = Atomic(0)
    /// The component or job that is starting or stopping now, to name it if the drain takes too long.
    private let current = Lock("")

    /// `force` ends the program at once, on the second `stop`. `seed` is for the jitter of jobs.
    package init(
        clock: any Clock, log: Log, metrics: Metrics, health: Health, drainTimeout: Duration,
        seed: UInt64 = .random(in: 0 ... .max), force: @escaping @Sendable () -> Void
    ) {
        self.clock = clock
        self.log = log
        self.health = health
        self.drainTimeout = drainTimeout
        self.force = force
        runs = metrics.counters("job_runs_total", "Runs of background jobs.", labels: ["job", "outcome"])
        random = Lock(SeededGenerator(seed: seed))
        (events, event) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaitingEvents))
    }

    /// Starts the drain, after which the program ends. A second call ends it at once. May be called on any thread.
    package func stop() {
        if stopRequestCount.wrappingAdd(1, ordering: .relaxed).oldValue == 0 {
            event.yield(.stop)
        } else {
            force()
        }
    }

    /// Returns when everything has stopped, or after the drain time-out. Called once.
    package func run(_ components: [Component], jobs: [Job] = []) async -> ExitCode {
        health.enter(.starting)
        let starting = Task {
            let hasStarted = await start(components)
            event.yield(hasStarted ? .started : .startFailed)
        }
        var reasons = events.makeAsyncIterator()
        var reason = await reasons.next()
        var running: [(name: String, task: Task<Void, Never>)] = []
        if reason == .started {
            health.enter(.running)
            log.info("running")
            running = jobs.map { job in (job.name, Task { await self.repeats(job) }) }
            reason = await reasons.next()
        }
        health.enter(.draining)
        log.info("stopping", ["timeout": .duration(drainTimeout)])
        let isDrained = await finishes(within: drainTimeout) { [running] in
            starting.cancel()
            await starting.value
            for job in running { job.task.cancel() }
            for job in running {
                self.current.withLock { $0 = "job \(job.name)" }
                await job.task.value
            }
            await self.stop(components)
        }
        guard isDrained else {
            log.error("not stopped in time", ["part": "\(current.withLock { $0 })"])
            return .drainTimedOut
        }
        log.info("stopped")
        return switch reason {
        case .startFailed: .unavailable
        case .stop, .started, nil: .clean
        }
    }

    /// Returns false if a component could not start. A cancellation skips the remaining components.
    private func start(_ components: [Component]) async -> Bool {
        for component in components {
            if Task.isCancelled { return true }
            current.withLock { $0 = component.name }
            do {
                try await component.start()
                startedCount.wrappingAdd(1, ordering: .relaxed)
                log.debug("started", ["component": "\(component.name)"])
            } catch is CancellationError where Task.isCancelled {
                return true
            } catch {
                log.error("component could not start", ["component": "\(component.name)", "error": "\(error)"])
                return false
            }
        }
        return true
    }

    private func stop(_ components: [Component]) async {
        let count = startedCount.load(ordering: .relaxed)
        for (index, component) in components.enumerated().reversed() where index < count || component.isOpen {
            current.withLock { $0 = component.name }
            await component.stop()
            log.debug("stopped", ["component": "\(component.name)"])
        }
    }

    /// Returns true if `work` ends within `timeout`. Otherwise cancels it and does not wait, because it may ignore the
    /// cancellation.
    private func finishes(within timeout: Duration, _ work: @escaping @Sendable () async -> Void) async -> Bool {
        let (outcomes, outcome) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let working = Task {
            await work()
            outcome.yield(true)
        }
        let timer = Task {
            if (try? await clock.sleep(for: timeout)) != nil { outcome.yield(false) }
        }
        var iterator = outcomes.makeAsyncIterator()
        let isDone = await iterator.next() ?? false
        timer.cancel()
        working.cancel()
        return isDone
    }

    /// Runs the job until its task is cancelled.
    private func repeats(_ job: Job) async {
        while !Task.isCancelled {
            do {
                try await job.run()
                runs.with(job.name, "done").increment()
            } catch {
                if Task.isCancelled { return }
                runs.with(job.name, "failed").increment()
                log.error("job failed", ["job": "\(job.name)", "error": "\(error)"])
            }
            let factor = random.withLock { Double.random(in: 1 - Job.jitter...1 + Job.jitter, using: &$0) }
            do { try await clock.sleep(for: job.interval * factor) } catch { return }
        }
    }
}
