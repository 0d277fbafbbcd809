import Threads

/// Runs password hashing on separate threads, because it would block the threads that answer calls.
///
/// At most `atOnce` jobs run and at most `maximumWaiting` wait, in order. Further jobs are refused immediately. A thread
/// exits when no job waits: starting one is cheap compared with the 0.1 s of a hash.
final class PasswordThreads: Sendable {
    private struct Job: Sendable {
        let id: UInt64
        let run: @Sendable () -> Void
        let refuse: @Sendable (PasswordError) -> Void
    }

    private struct State: ~Copyable {
        var nextID: UInt64 = 0
        var running = 0
        var waiting: [Job] = []
    }

    private enum Admission {
        case waits
        case needsThread
        case refused(PasswordError)
    }

    private let atOnce: Int
    private let maximumWaiting: Int
    private let state = Lock(State())

    init(atOnce: Int, maximumWaiting: Int) {
        precondition(atOnce > 0 && maximumWaiting >= 0)
        self.atOnce = atOnce
        self.maximumWaiting = maximumWaiting
    }

    /// The numbers of running and waiting jobs.
    var load: (running: Int, waiting: Int) { state.withLock { ($0.running, $0.waiting.count) } }

    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(PasswordError) -> Value {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { done in
                let job = Job(
                    id: id, run: { done.resume(returning: Result<Value, PasswordError>.success(work())) },
                    refuse: { done.resume(returning: .failure($0)) })
                switch admit(job) {
                case .waits: break
                case .needsThread: startThread()
                case .refused(let error): job.refuse(error)
                }
            }
        } onCancel: {
            withdraw(id)
        }.get()
    }

    private func admit(_ job: Job) -> Admission {
        state.withLock { state in
            // Check under the lock: a cancellation is either visible here or finds the job in `waiting`.
            if Task.isCancelled { return .refused(.cancelled) }
            let needsThread = state.running < atOnce
            guard needsThread || state.waiting.count < maximumWaiting else {
                return .refused(.busy(maximumWaiting: maximumWaiting))
            }
            state.waiting.append(job)
            if needsThread { state.running += 1 }
            return needsThread ? .needsThread : .waits
        }
    }

    /// Removes a waiting job whose caller cancelled. A running job continues to its end.
    private func withdraw(_ id: UInt64) {
        let job = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
        }
        job?.refuse(.cancelled)
    }

    private func startThread() {
        if Thread.start({ self.work() }) { return }
        // Other threads run the waiting jobs. Without any other thread, refuse them.
        let stranded = state.withLock { state -> [Job] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in stranded { job.refuse(.outOfMemory) }
    }

    private func work() {
        while let job = next() { job.run() }
    }

    private func next() -> Job? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
