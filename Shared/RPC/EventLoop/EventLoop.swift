import Glibc
import Kernel
import Messages
import Threads

/// The connections, timers and tasks of one thread. Work on a loop never waits for a lock and never moves to another
/// thread.
///
/// The loop uses neither sockets nor a clock. Its *driver* is a thread with libuv, or a test with a simulated network.
/// It calls `turn(at:)` after time has passed or bytes have arrived. A turn fires due timers, runs ready tasks, writes
/// the output of each connection once, and then makes one long step, such as that of a TLS handshake.
///
/// A task that prefers the loop as its executor resumes on it after every suspension.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Sound because only the loop's own thread accesses everything below `inbox` (`isCurrent`).

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Inbox: ~Copyable {
        var work: [Work] = []
        var isWoken = false
    }

    /// Maximum of jobs in one turn, before input is read again.
    private static let maxWorkPerTurn = 4096

    private let inbox = Lock(Inbox())
    private let wake: @Sendable () -> Void
    /// Reads the clock of the driver, to measure work within a turn.
    let time: @Sendable () -> Uptime

    private var ready: [Work] = []
    private var running: [Work] = []
    private var unflushed: [Connection] = []
    private var flushing: [Connection] = []
    /// Connections with more input than their share of a turn, in the order of their service.
    private var waiting: [Connection] = []
    private var serving: [Connection] = []
    private(set) var turnNumber: UInt64 = 0
    /// The work for all connections in this turn, as `TurnShare` counts it.
    var turnWork = 0
    private var pulsed: [Connection] = []
    private var steps = LastSteps()
    private var pulse: TimerWheel.Handle?
    private(set) var uptime: Uptime
    private(set) var timers: TimerWheel
    /// Memory to lay out and unpack messages. It is reset after each message.
    let arena = Arena()

    /// `time` reads the clock of the driver. `wake` is called from any thread when work arrives while the loop may sleep.
    package init(time: @escaping @Sendable () -> Uptime, wake: @escaping @Sendable () -> Void) {
        self.time = time
        self.wake = wake
        uptime = time()
        timers = TimerWheel(startingAt: uptime)
    }

    // MARK: From any thread

    /// The loop that the calling thread is running.
    package static var current: EventLoop? {
        guard let pointer = CurrentLoop.pointer else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    package var isCurrent: Bool { CurrentLoop.pointer == Unmanaged.passUnretained(self).toOpaque() }

    /// True if the current task runs on this loop and returns to it after every suspension. After a call, a task may
    /// still be on the thread of the loop without preferring the loop.
    package var runsCurrentTask: Bool {
        isCurrent && withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
    }

    /// Runs `body` on this loop in a new task, for a caller that runs elsewhere.
    ///
    /// (`withTaskExecutorPreference` would be shorter. But with Swift 6.3.1 the first steps of a call ran on the
    /// caller's thread, as the thread sanitizer showed.)
    func perform<Output: Sendable>(
        _ body: @escaping @Sendable () async throws(RPCFailure) -> Output
    ) async throws(RPCFailure) -> Output {
        let started = StartedTask()
        let call = Call.current
        let outcome: Result<Output, RPCFailure> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                execute {
                    started.begin(
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
            execute { started.cancel() }
        }
        return try outcome.get()
    }

    private final class StartedTask: @unchecked Sendable {
        // Sound because only the loop accesses it.

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

    /// Runs `body` as part of this loop. Drivers deliver input with it.
    package func enter<Result>(at now: Uptime, _ body: () -> Result) -> Result {
        let outer = CurrentLoop.pointer
        CurrentLoop.pointer = Unmanaged.passUnretained(self).toOpaque()
        defer { CurrentLoop.pointer = outer }
        uptime = max(uptime, now)
        return body()
    }

    /// Fires timers, runs tasks and flushes connections until nothing is left or the bound is reached. Returns true if
    /// work is left.
    package func turn(at now: Uptime) -> Bool {
        enter(at: now) {
            for target in timers.takeDue(at: uptime) { target.timerFired() }
            turnNumber += 1
            turnWork = 0
            takeInbox()
            serveWaiting()
            var budget = Self.maxWorkPerTurn
            while budget > 0 {
                budget -= max(1, ready.count)
                runReady()
                flush()
                if ready.isEmpty, unflushed.isEmpty { break }
            }
            makeStep()
            return !ready.isEmpty || !unflushed.isEmpty || !waiting.isEmpty || !steps.isEmpty
        }
    }

    private func makeStep() {
        guard let step = steps.takeNext() else { return }
        step()
        flush()
    }

    /// True if a turn has work to do, apart from timers.
    package var hasWork: Bool {
        !ready.isEmpty || !unflushed.isEmpty || !waiting.isEmpty || !steps.isEmpty
            || inbox.withLock { !$0.work.isEmpty }
    }

    /// The time of the next turn if no input arrives.
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

    /// Reads what exceeded the shares of earlier turns, after the answers to other connections.
    private func serveWaiting() {
        guard !waiting.isEmpty else { return }
        runReady()
        flush()
        swap(&waiting, &serving)
        var served = 0
        for connection in serving where turnWork < TurnShare.bytesOfLoop {
            connection.takeTurn()
            served += 1
        }
        waiting.insert(contentsOf: serving.dropFirst(served), at: 0)
        serving.removeAll(keepingCapacity: true)
    }

    private func flush() {
        guard !unflushed.isEmpty else { return }
        swap(&unflushed, &flushing)
        for connection in flushing { connection.flush() }
        flushing.removeAll(keepingCapacity: true)
    }

    // MARK: From the loop itself

    /// Flushes `connection` at the end of this turn. Call it once per turn.
    func flushLater(_ connection: Connection) {
        unflushed.append(connection)
    }

    /// Runs `step` when a turn has nothing else to do. A turn runs one, so a crowd of them delays no call for long.
    func runLast(_ step: @escaping () -> Void) {
        steps.append(step)
    }

    /// Lets `connection` read again in the next turn, or after others that wait.
    func serveLater(_ connection: Connection) {
        waiting.append(connection)
    }

    func startTimer(_ target: some TimerTarget, at deadline: Uptime) -> TimerWheel.Handle {
        timers.start(target, at: deadline)
    }

    func cancelTimer(_ handle: TimerWheel.Handle) {
        timers.cancel(handle)
    }

    /// Calls `pulse` of `connection` about twice a second until it returns false.
    func beginPulse(_ connection: Connection) {
        pulsed.append(connection)
        if pulse == nil { pulse = timers.start(self, at: uptime + Self.pulseInterval) }
    }

    /// Suspends a task of the loop. Returns false early if the task is cancelled.
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
        // Sound because only the loop accesses it.

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
