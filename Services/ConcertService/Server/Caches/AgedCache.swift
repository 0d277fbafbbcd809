import Kernel
import Threads

/// What was read from the database a moment ago, for those who may see it a moment late. Many who ask at once share one
/// look.
final class AgedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value?
        /// When the look that brought the value began.
        var asOf = Uptime(nanoseconds: 0)
        var isLoading = false
        /// Forgotten while it was being loaded: what comes was perhaps read before the change.
        var isOutdated = false
        var waiting: [CheckedContinuation<Value?, Never>] = []
    }

    private enum Step {
        case take(Value)
        case load(previous: Value?)
        case wait
    }

    private let age: Duration
    private let capacity: Int
    private let clock: any Clock
    private let entries = Lock<[Key: Entry]>([:])

    /// No value is older than `age` when it is handed out.
    init(age: Duration, capacity: Int, clock: any Clock) {
        self.age = age
        self.capacity = capacity
        self.clock = clock
    }

    func value(
        for key: Key, load: @Sendable (_ previous: Value?) async throws -> Value
    ) async throws -> Value {
        let now = clock.uptime
        switch entries.withLock({ step(for: key, at: now, in: &$0) }) {
        case .take(let value): return value
        case .wait: return try await wait(for: key, load: load)
        case .load(let previous):
            do {
                let value = try await load(previous)
                end(key, value, asOf: now)
                return value
            } catch {
                end(key, nil, asOf: now)
                throw error
            }
        }
    }

    /// The next one who asks looks for himself: for what this program has just changed.
    func forget(_ key: Key) {
        entries.withLock { entries in
            guard entries[key] != nil else { return }
            entries[key]?.asOf = Uptime(nanoseconds: 0)
            entries[key]?.isOutdated = true
        }
    }

    /// How many wait for the look of another.
    func waitingCount(for key: Key) -> Int {
        entries.withLock { $0[key]?.waiting.count ?? 0 }
    }

    private func step(for key: Key, at now: Uptime, in entries: inout [Key: Entry]) -> Step {
        if let entry = entries[key] {
            if let value = entry.value, !entry.isOutdated, now - entry.asOf < age { return .take(value) }
            if entry.isLoading { return .wait }
        } else {
            makeRoom(in: &entries)
        }
        entries[key, default: Entry()].isLoading = true
        entries[key]?.isOutdated = false
        return .load(previous: entries[key]?.value)
    }

    private func wait(
        for key: Key, load: @Sendable (_ previous: Value?) async throws -> Value
    ) async throws -> Value {
        let value: Value? = await withCheckedContinuation { continuation in
            let isOver = entries.withLock { entries in
                guard entries[key]?.isLoading == true else { return true }
                entries[key]?.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume(returning: nil) }
        }
        if let value { return value }
        return try await self.value(for: key, load: load)
    }

    /// `value` is nil where the look has failed.
    private func end(_ key: Key, _ value: Value?, asOf: Uptime) {
        let (waiting, shared) = entries.withLock { entries -> ([CheckedContinuation<Value?, Never>], Value?) in
            guard var entry = entries[key] else { return ([], nil) }
            entry.isLoading = false
            if let value {
                entry.value = value
                entry.asOf = asOf
            }
            let waiting = entry.waiting
            entry.waiting = []
            entries[key] = entry
            return (waiting, entry.isOutdated ? nil : value)
        }
        // Whoever looked in vain may only have run out of time, and what was forgotten meanwhile is for nobody who asks
        // now: the others look for themselves then.
        for continuation in waiting { continuation.resume(returning: shared) }
    }

    private func makeRoom(in entries: inout [Key: Entry]) {
        guard entries.count >= capacity else { return }
        let oldest = entries.filter { !$0.value.isLoading }.min { $0.value.asOf < $1.value.asOf }
        if let oldest { entries[oldest.key] = nil }
    }
}
