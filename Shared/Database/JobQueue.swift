import Kernel
import Threads

/// A bounded queue of jobs, oldest first, and the threads that run them.
final class JobQueue: Sendable {
    /// A ring buffer of `count` jobs, starting at `head`.
    private struct State {
        var slots: [DatabaseJob?]
        var head = 0
        var count = 0
        /// Jobs that wait for another one. Few, because each belongs to a job of the program.
        var joining: [DatabaseJob] = []
        var threads = 0
        var sleepingThreads = 0
        var isClosed = false
        /// Callers that wait for the end of the last thread.
        var closing: [UnsafeContinuation<Void, Never>] = []
        /// The recent average of the time between two finished jobs.
        var averageTime = Duration.microseconds(100)

        mutating func removeFirst() -> DatabaseJob {
            let job = slots[head].take()!
            head = (head + 1) % slots.count
            count -= 1
            return job
        }

        var overload: DatabaseError {
            DatabaseError(
                .overloaded(retryAfter: min(max(averageTime * slots.count, .milliseconds(10)), .seconds(1))),
                "the database queue is full (\(slots.count) calls): retry later")
        }
    }

    private let state: Lock<State>
    private let joiningMilliseconds: Int
    private let arrival = CountingSemaphore()

    /// `joining` is how long a job waits for others to join.
    init(limit: Int, joining: Duration = .zero) {
        joiningMilliseconds = Int(joining.milliseconds)
        state = Lock(State(slots: Array(repeating: nil, count: limit)))
    }

    /// Adds the job. Returns false if the queue is full or closed: the job is finished then. A `joining` job runs with the next
    /// job, or alone after a moment.
    @discardableResult
    func add(_ job: DatabaseJob, _ environment: Environment, joining: Bool = false) -> Bool {
        let (refusal, wakes): (DatabaseError?, Bool) = state.withLock { state in
            if state.isClosed { return (.closed, false) }
            if state.count + state.joining.count >= state.slots.count { return (state.overload, false) }
            if joining {
                state.joining.append(job)
            } else {
                state.slots[(state.head + state.count) % state.slots.count] = job
                state.count += 1
            }
            let wakes = state.sleepingThreads > 0
            if wakes { state.sleepingThreads -= 1 }
            return (nil, wakes)
        }
        if wakes { arrival.signal() }
        guard let refusal else { return true }
        environment.observe(.refused(refusal))
        job.problem = refusal
        job.finish()
        return false
    }

    /// Waits for a job. Returns nil if the queue is closed and empty.
    func next() -> DatabaseJob? {
        while true {
            let (job, isOver, isJoining): (DatabaseJob?, Bool, Bool) = state.withLock { state in
                if state.count > 0 { return (state.removeFirst(), false, false) }
                if state.joining.count > 1 { return (state.joining.removeFirst(), false, false) }
                if state.isClosed { return (state.joining.isEmpty ? nil : state.joining.removeFirst(), true, false) }
                state.sleepingThreads += 1
                return (nil, false, !state.joining.isEmpty)
            }
            if job != nil || isOver { return job }
            if !isJoining {
                arrival.wait()
            } else if !arrival.wait(timeoutMilliseconds: joiningMilliseconds), let job = firstJoining() {
                return job
            }
        }
    }

    /// Returns a job that no other one has come for. Nil if one comes at this moment: the thread then takes the signal for it.
    private func firstJoining() -> DatabaseJob? {
        let (job, isWoken): (DatabaseJob?, Bool) = state.withLock { state in
            if state.sleepingThreads == 0 { return (nil, true) }
            state.sleepingThreads -= 1
            return (state.joining.isEmpty ? nil : state.joining.removeFirst(), false)
        }
        if isWoken { arrival.wait() }
        return job
    }

    /// Moves the jobs that wait for another one to `jobs`.
    func takeJoining(into jobs: inout [DatabaseJob]) {
        state.withLock { state in
            jobs = state.joining
            state.joining = []
        }
    }

    /// Appends the queued jobs to `jobs`, at most `limit`. Does not wait.
    func takeWaiting(into jobs: inout [DatabaseJob], limit: Int) {
        state.withLock { state in
            for _ in 0..<min(state.count, limit) { jobs.append(state.removeFirst()) }
        }
    }

    /// Starts a thread that runs jobs until `next` returns nil. Returns false if the system cannot create another one.
    func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { $0.threads += 1 }
        let isStarted = Thread.start { [self] in
            body()
            threadEnded()
        }
        if !isStarted { threadEnded() }
        return isStarted
    }

    private func threadEnded() {
        let closing = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.closing : []
        }
        for continuation in closing { continuation.resume() }
    }

    /// Returns when all threads have ended.
    func finished() async {
        await withUnsafeContinuation { continuation in
            let isOver = state.withLock { state in
                if state.threads > 0 { state.closing.append(continuation) }
                return state.threads == 0
            }
            if isOver { continuation.resume() }
        }
    }

    /// Refuses new jobs. The queued ones still run.
    func close() {
        let sleeping = state.withLock { state in
            state.isClosed = true
            defer { state.sleepingThreads = 0 }
            return state.sleepingThreads
        }
        for _ in 0..<sleeping { arrival.signal() }
    }

    var waitingCount: Int { state.withLock { $0.count + $0.joining.count } }

    /// Updates the moving average from which a refusal computes `retryAfter`.
    func note(_ jobs: Int, took duration: Duration) {
        guard jobs > 0 else { return }
        state.withLock { $0.averageTime = ($0.averageTime * 7 + duration / jobs) / 8 }
    }
}
