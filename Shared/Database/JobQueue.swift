import Threads

/// Jobs that wait for a thread, oldest first; no more than fit.
final class JobQueue: Sendable {
    /// A ring: `count` jobs from `head` on.
    private struct State {
        var slots: [Job?]
        var head = 0
        var count = 0
        var sleepingThreads = 0
        var isClosed = false
        /// What one job lately took of the queue's time.
        var pace = Duration.microseconds(100)

        mutating func removeFirst() -> Job {
            let job = slots[head].take()!
            head = (head + 1) % slots.count
            count -= 1
            return job
        }

        var overload: DatabaseError {
            DatabaseError(
                .overloaded(retryAfter: min(max(pace * slots.count, .milliseconds(10)), .seconds(1))),
                "\(slots.count) calls wait for the database already")
        }
    }

    private let state: Lock<State>
    private let arrival = CountingSemaphore()

    init(limit: Int) {
        state = Lock(State(slots: Array(repeating: nil, count: limit)))
    }

    /// Nil, or why the job was not taken.
    private func add(_ job: Job) -> DatabaseError? {
        let (refusal, wakes): (DatabaseError?, Bool) = state.withLock { state in
            if state.isClosed { return (.closed, false) }
            if state.count == state.slots.count { return (state.overload, false) }
            state.slots[(state.head + state.count) % state.slots.count] = job
            state.count += 1
            let wakes = state.sleepingThreads > 0
            if wakes { state.sleepingThreads -= 1 }
            return (nil, wakes)
        }
        if wakes { arrival.signal() }
        return refusal
    }

    /// Returns when a thread has finished the job, or at once when it is not taken.
    func perform(_ job: Job, _ environment: Environment) async {
        await withUnsafeContinuation { continuation in
            job.continuation = continuation
            guard let refusal = add(job) else { return }
            environment.observe(.refused(refusal))
            job.fail(refusal)
            job.finish()
        }
        job.takeBack()
    }

    /// Waits for a job; nil when the queue is closed and empty.
    func next() -> Job? {
        while true {
            let (job, isOver): (Job?, Bool) = state.withLock { state in
                if state.count > 0 { return (state.removeFirst(), false) }
                if state.isClosed { return (nil, true) }
                state.sleepingThreads += 1
                return (nil, false)
            }
            if job != nil || isOver { return job }
            arrival.wait()
        }
    }

    /// Moves what waits now to the end of `jobs`, at most `limit`; does not wait.
    func takeWaiting(into jobs: inout [Job], limit: Int) {
        state.withLock { state in
            for _ in 0..<min(state.count, limit) { jobs.append(state.removeFirst()) }
        }
    }

    /// What waits is still done; nothing more is taken.
    func close() {
        let sleeping = state.withLock { state in
            state.isClosed = true
            defer { state.sleepingThreads = 0 }
            return state.sleepingThreads
        }
        for _ in 0..<sleeping { arrival.signal() }
    }

    var waitingCount: Int { state.withLock { $0.count } }

    /// So that a refusal can tell how long the line is: an average that forgets.
    func note(_ jobs: Int, took duration: Duration) {
        guard jobs > 0 else { return }
        state.withLock { $0.pace = ($0.pace * 7 + duration / jobs) / 8 }
    }
}
