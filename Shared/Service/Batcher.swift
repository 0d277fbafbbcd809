import RPC
import Threads

/// Runs requests with the same key in batches, for example joins that all write the row of one room. README.md states on
/// which thread each closure runs.
///
/// While one batch of a key runs, the next one collects. Two batches in flight would each be half as large, and sync the
/// disk twice as often.
///
/// Inlinable, so that the compiler specializes it for each context.
@usableFromInline
package final class Batcher<Key: Hashable & Sendable, Request: Sendable, Outcome: Sendable>: Sendable {
    /// The outcome is that of the whole batch: a copy for each request would be expensive. The number is the index of the
    /// request in its batch.
    @usableFromInline
    package typealias Answer = @Sendable (Result<Outcome, any Error>, Int) -> Void

    @usableFromInline
    struct Waiting: Sendable {
        @usableFromInline let request: Request
        @usableFromInline let caller: CallerLoop
        @usableFromInline let answer: Answer

        @usableFromInline
        init(_ request: Request, _ caller: CallerLoop, _ answer: @escaping Answer) {
            self.request = request
            self.caller = caller
            self.answer = answer
        }
    }

    /// Maximum of requests in a batch.
    @usableFromInline package static var batchLimit: Int { 256 }
    /// Maximum of requests with one key that wait for their batch. The next one is refused.
    @usableFromInline package static var waitingLimit: Int { 16_384 }

    private let overload: RPCFailure
    @usableFromInline let body: @Sendable ([Request], Key) async throws -> Outcome
    /// Requests that wait for the next batch. A key has an entry while a batch of it is in flight.
    @usableFromInline let waiting = Lock<[Key: [Waiting]]>([:])

    /// `overload` is the reason of a refusal.
    package init(
        overload: some Reason = CallReason.databaseBusy,
        _ body: @escaping @Sendable ([Request], Key) async throws -> Outcome
    ) {
        self.overload = RPCFailure(overload).notProcessed(retryAfter: .milliseconds(100))
        self.body = body
    }

    /// Calls `answer` once.
    @inlinable
    package func add(_ request: Request, to key: Key, answer: @escaping Answer) {
        let new = Waiting(request, CallerLoop(), answer)
        let (begins, isTaken) = waiting.withLock { waiting in
            guard let batch = waiting.index(forKey: key) else {
                waiting[key] = [new]
                return (true, true)
            }
            guard waiting.values[batch].count < Self.waitingLimit else { return (false, false) }
            waiting.values[batch].append(new)
            return (false, true)
        }
        if begins { start(key, by: new.caller) } else if !isTaken { refuse(new) }
    }

    /// Waits for the outcome of the batch. The number is the index of the request in it.
    @inlinable
    package func outcome(of request: Request, in key: Key) async throws -> (Outcome, Int) {
        try await withUnsafeThrowingContinuation { continuation in
            add(request, to: key) { outcome, index in continuation.resume(with: outcome.map { ($0, index) }) }
        }
    }

    /// Starts later, after it has collected the other calls that arrived together.
    @inlinable
    func start(_ key: Key, by caller: CallerLoop) {
        caller.execute { InPlace.start { while let batch = self.next(key) { await self.run(batch, key) } } }
    }

    @usableFromInline
    func refuse(_ request: Waiting) {
        request.answer(.failure(overload), 0)
    }

    @inlinable
    func next(_ key: Key) -> [Waiting]? {
        waiting.withLock { waiting in
            let batch = Array(waiting[key, default: []].prefix(Self.batchLimit))
            if batch.isEmpty { waiting[key] = nil } else { waiting[key]?.removeFirst(batch.count) }
            return batch.isEmpty ? nil : batch
        }
    }

    /// Runs the batch, and wakes each event loop once for all its callers.
    @inlinable
    func run(_ batch: [Waiting], _ key: Key) async {
        let outcome: Result<Outcome, any Error>
        do { outcome = .success(try await body(batch.map { $0.request }, key)) } catch { outcome = .failure(error) }
        var rest = Array(batch.indices)
        while let first = rest.first {
            let caller = batch[first].caller
            let here = rest.filter { batch[$0].caller == caller }
            caller.execute { for index in here { batch[index].answer(outcome, index) } }
            rest.removeAll { batch[$0].caller == caller }
        }
    }
}

/// The event loop of a caller. Nil if the caller runs on none.
@usableFromInline
struct CallerLoop: Equatable, Sendable {
    private let loop: EventLoop?

    @usableFromInline
    init() {
        loop = EventLoop.current
    }

    @usableFromInline
    func execute(_ body: @escaping @Sendable () -> Void) {
        if let loop { loop.execute(body) } else { body() }
    }

    @usableFromInline
    static func == (one: CallerLoop, other: CallerLoop) -> Bool { one.loop === other.loop }
}

/// Runs jobs on the thread that resumes them.
@usableFromInline
final class InPlace: TaskExecutor {
    private static let executor = InPlace()

    @usableFromInline
    static func start(_ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: executor, operation: body)
    }

    @usableFromInline
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
