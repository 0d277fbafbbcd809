import Kernel
import Threads

/// Runs password hashing on separate threads, because it would block the threads that answer calls.
///
/// At most `atOnce` jobs run and at most `maximumWaiting` wait, in the order of `PasswordQueue`. A job without room is
/// refused immediately, and a job that is late when its turn comes. A thread exits when no job waits: starting one is cheap
/// compared with the 0.1 s of a hash. The threads leave the processor to those that answer calls.
final class PasswordThreads: Sendable {
    private struct Job: Sendable {
        let run: @Sendable () -> Void
        let refuse: @Sendable (PasswordError) -> Void
    }

    private struct State {
        var nextID: UInt64 = 0
        var running = 0
        var waiting: PasswordQueue<Job>
    }

    private let atOnce: Int
    private let maximumWaiting: Int
    private let clock: any Clock
    private let state: Lock<State>

    init(atOnce: Int, maximumWaiting: Int, clock: any Clock) {
        precondition(atOnce > 0 && maximumWaiting > 0)
        self.atOnce = atOnce
        self.maximumWaiting = maximumWaiting
        self.clock = clock
        state = Lock(State(waiting: PasswordQueue(maximumCount: maximumWaiting)))
    }

    /// The numbers of running and waiting jobs.
    var load: (running: Int, waiting: Int) { state.withLock { ($0.running, $0.waiting.count) } }

    func run<Value: Sendable>(
        _ turn: PasswordTurn, _ work: @escaping @Sendable () -> Value
    ) async throws(PasswordError) -> Value {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { done in
                let job = Job(
                    run: { done.resume(returning: Result<Value, PasswordError>.success(work())) },
                    refuse: { done.resume(returning: .failure($0)) })
                admit(job, id, turn)
            }
        } onCancel: {
            // A running job continues to its end.
            state.withLock { $0.waiting.remove(id) }?.refuse(.cancelled)
        }.get()
    }

    private func admit(_ job: Job, _ id: UInt64, _ turn: PasswordTurn) {
        let (isCancelled, needsThread, refused) = state.withLock { state -> (Bool, Bool, Job?) in
            // Check under the lock: a cancellation is either visible here or finds the job in `waiting`.
            if Task.isCancelled { return (true, false, job) }
            let needsThread = state.running < atOnce
            if needsThread { state.running += 1 }
            return (false, needsThread, state.waiting.insert(job, id, turn))
        }
        refused?.refuse(isCancelled ? .cancelled : .busy(maximumWaiting: maximumWaiting))
        if needsThread { startThread() }
    }

    private func startThread() {
        if Thread.start({ self.work() }) { return }
        // Other threads run the waiting jobs. Without any other thread, refuse them.
        let stranded = state.withLock { state -> [Job] in
            state.running -= 1
            return state.running == 0 ? state.waiting.removeAll() : []
        }
        for job in stranded { job.refuse(.outOfMemory) }
    }

    private func work() {
        Thread.yieldToOthers()
        var finished: PasswordTurn?
        while let (job, turn) = next(after: finished) {
            if turn.deadline > clock.uptime { job.run() } else { job.refuse(.late) }
            finished = turn
        }
    }

    private func next(after finished: PasswordTurn?) -> (job: Job, turn: PasswordTurn)? {
        state.withLock { state in
            if let finished { state.waiting.finished(finished) }
            let next = state.waiting.next()
            if next == nil { state.running -= 1 }
            return next
        }
    }
}
