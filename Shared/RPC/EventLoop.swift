import Glibc
import Kernel
import Threads

/// One thread's worth of connections, timers and tasks: what runs here never waits for a lock and never moves.
///
/// The loop knows neither sockets nor a clock. Its *driver* (a thread with libuv, or a test with a simulated network)
/// calls `turn(at:)` whenever time has passed or bytes have come; a turn fires the timers that are due, runs the tasks
/// that can go on, and hands what connections have to say to the network, one write each.
///
/// A task that prefers the loop as its executor is back on it after every suspension.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Sound because: everything below `inbox` is touched by the loop's own thread only (`isCurrent`).

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Inbox: ~Copyable {
        var work: [Work] = []
        var isWoken = false
    }

    /// How many pieces of work one turn runs before it lets bytes in again.
    private static let maxWorkPerTurn = 4096

    private let inbox = Lock(Inbox())
    private let wake: @Sendable () -> Void

    private var ready: [Work] = []
    private var running: [Work] = []
    private var unflushed: [any Flushable] = []
    private var flushing: [any Flushable] = []
    private var pulsed: [any Pulsed] = []
    private var pulse: TimerWheel.Handle?
    private(set) var uptime: Uptime
    private(set) var timers: TimerWheel
    /// Where messages are laid out and unpacked: empty again after each.
    let arena = Arena()

    /// `wake` is called, from any thread, when work was put in while the loop may be asleep.
    package init(at now: Uptime, wake: @escaping @Sendable () -> Void) {
        self.wake = wake
        uptime = now
        timers = TimerWheel(startingAt: now)
    }

    // MARK: From any thread

    /// The loop whose turn the calling thread is in.
    package static var current: EventLoop? {
        guard let pointer = CurrentLoop.pointer else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    package var isCurrent: Bool { CurrentLoop.pointer == Unmanaged.passUnretained(self).toOpaque() }

    /// Whether the current task is on this loop and comes back to it after every suspension. A task that was brought here
    /// for one call may still be on the thread when that is over, without being at home.
    package var isHome: Bool {
        isCurrent && withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
    }

    /// Runs `body` here, for a task that is at home elsewhere: in a task of its own, which ends with it.
    ///
    /// (`withTaskExecutorPreference` would be shorter. But the first steps of a call made under it ran where the caller had
    /// been: Swift 6.3.1, seen under the thread sanitizer.)
    func visited<Output: Sendable>(
        by body: @escaping @Sendable () async throws(RPCFailure) -> Output
    ) async throws(RPCFailure) -> Output {
        let visit = Visit()
        let call = Call.current
        let outcome: Result<Output, RPCFailure> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                execute {
                    visit.begin(
                        Task.immediate(executorPreference: self) {
                            await Call.$current.withValue(call) {
                                do throws(RPCFailure) {
                                    continuation.resume(returning: .success(try await body()))
                                } catch {
                                    continuation.resume(returning: .failure(error))
                                }
                            }
                        })
                }
            }
        } onCancel: {
            execute { visit.cancel() }
        }
        return try outcome.get()
    }

    private final class Visit: @unchecked Sendable {
        // Sound because: touched on the loop only.

        private var task: Task<Void, Never>?
        private var isCancelled = false

        func begin(_ task: Task<Void, Never>) {
            self.task = task
            if isCancelled { task.cancel() }
        }

        func cancel() {
            isCancelled = true
            task?.cancel()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        put(.job(UnownedJob(job)))
    }

    package func execute(_ closure: @escaping @Sendable () -> Void) {
        put(.closure(closure))
    }

    private func put(_ work: Work) {
        if isCurrent {
            ready.append(work)
            return
        }
        let mustWake = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.isWoken = true }
            return !inbox.isWoken
        }
        if mustWake { wake() }
    }

    // MARK: From the driver

    /// Runs `body` as part of this loop: how a driver brings bytes in.
    package func enter<Result>(at now: Uptime, _ body: () -> Result) -> Result {
        let outer = CurrentLoop.pointer
        CurrentLoop.pointer = Unmanaged.passUnretained(self).toOpaque()
        defer { CurrentLoop.pointer = outer }
        uptime = max(uptime, now)
        return body()
    }

    /// Fires timers, runs tasks, flushes connections, until nothing is left to do now or the bound is reached.
    /// Returns whether there is more to do at once.
    package func turn(at now: Uptime) -> Bool {
        enter(at: now) {
            for target in timers.takeDue(at: uptime) { target.timerFired() }
            takeInbox()
            var budget = Self.maxWorkPerTurn
            while budget > 0 {
                budget -= max(1, ready.count)
                runReady()
                flush()
                if ready.isEmpty, unflushed.isEmpty { return false }
            }
            return true
        }
    }

    /// Whether a turn would do something now, timers apart.
    package var hasWork: Bool { !ready.isEmpty || !unflushed.isEmpty || inbox.withLock { !$0.work.isEmpty } }

    /// When the loop must have its next turn although nothing comes in.
    package var nextDeadline: Uptime? { timers.nextDeadline }

    private func takeInbox() {
        inbox.withLock { inbox in
            inbox.isWoken = false
            guard !inbox.work.isEmpty else { return }
            ready.append(contentsOf: inbox.work)
            inbox.work.removeAll(keepingCapacity: inbox.work.count < Self.maxWorkPerTurn)
        }
    }

    private func runReady() {
        swap(&ready, &running)
        for work in running {
            switch work {
            case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
            case .closure(let closure): closure()
            }
        }
        running.removeAll(keepingCapacity: running.count < Self.maxWorkPerTurn)
    }

    private func flush() {
        guard !unflushed.isEmpty else { return }
        swap(&unflushed, &flushing)
        for connection in flushing { connection.flush() }
        flushing.removeAll(keepingCapacity: true)
    }

    // MARK: From what lives on the loop

    /// Has `connection` flushed at the end of this turn; to be asked for once a turn.
    func flushLater(_ connection: some Flushable) {
        unflushed.append(connection)
    }

    func startTimer(_ target: some TimerTarget, at deadline: Uptime) -> TimerWheel.Handle {
        timers.start(target, at: deadline)
    }

    func cancelTimer(_ handle: TimerWheel.Handle) {
        timers.cancel(handle)
    }

    /// Looks at `connection` about twice a second, for as long as it wants that.
    func beginPulse(_ connection: some Pulsed) {
        pulsed.append(connection)
        if pulse == nil { pulse = timers.start(self, at: uptime + Self.pulseInterval) }
    }

    /// From a task on the loop. Returns early, with false, when the task is cancelled.
    package func pause(for duration: Duration) async -> Bool {
        let sleeper = Sleeper()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                sleeper.continuation = continuation
                if Task.isCancelled { return sleeper.wake(false) }
                _ = timers.start(sleeper, at: uptime + duration)
            }
        } onCancel: {
            execute { sleeper.wake(false) }
        }
    }

    private final class Sleeper: TimerTarget, @unchecked Sendable {
        // Sound because: touched on the loop only.

        var continuation: UnsafeContinuation<Bool, Never>?

        func timerFired() { wake(true) }

        func wake(_ isOver: Bool) {
            continuation?.resume(returning: isOver)
            continuation = nil
        }
    }

    private static let pulseInterval = Duration.milliseconds(500)
}

extension EventLoop: TimerTarget {
    func timerFired() {
        pulsed = pulsed.filter { $0.pulse(at: uptime) }
        pulse = pulsed.isEmpty ? nil : timers.start(self, at: uptime + Self.pulseInterval)
    }
}

/// What collects output during a turn and writes it at the end.
protocol Flushable: AnyObject {
    func flush()
}

/// What has to look at the time now and then: silence, stalls.
protocol Pulsed: AnyObject {
    /// Returns false when it need not be asked again.
    func pulse(at now: Uptime) -> Bool
}

/// The calling thread's loop, kept where the thread finds it in a few nanoseconds.
private enum CurrentLoop {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let problem = pthread_key_create(&key, nil)
        precondition(problem == 0, "no thread-specific key is left")
        return key
    }()

    static var pointer: UnsafeMutableRawPointer? {
        get { pthread_getspecific(key) }
        set { pthread_setspecific(key, newValue) }
    }
}
