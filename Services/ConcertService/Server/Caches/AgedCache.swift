import Kernel
import Threads

/// Caches values that may be up to `age` old. Simultaneous callers share one load.
final class AgedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value?
        /// Start of the load that returned the value.
        var asOf = Uptime(nanoseconds: 0)
        var isLoading = false
        /// True if the key was invalidated while a load was in flight. The load may have read before the change.
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
    private let load: @Sendable (_ key: Key, _ previous: Value?) async throws -> Value
    private let entries = Lock<[Key: Entry]>([:])

    /// Returns no value that is older than `age`.
    init(
        age: Duration, capacity: Int, clock: any Clock,
        load: @escaping @Sendable (_ key: Key, _ previous: Value?) async throws -> Value
    ) {
        self.age = age
        self.capacity = capacity
        self.clock = clock
        self.load = load
    }

    func current(_ key: Key) async throws -> Value {
        let now = clock.uptime
        switch entries.withLock({ step(for: key, at: now, in: &$0) }) {
        case .take(let value): return value
        case .wait: return try await wait(for: key)
        case .load(let previous):
            do {
                let value = try await load(key, previous)
                end(key, value, asOf: now)
                return value
            } catch {
                end(key, nil, asOf: now)
                throw error
            }
        }
    }

    /// Makes the next caller load the value again. This program calls it after its own changes.
    func invalidate(_ key: Key) {
        entries.withLock { entries in
            guard entries[key] != nil else { return }
            entries[key]?.asOf = Uptime(nanoseconds: 0)
            entries[key]?.isOutdated = true
        }
    }

    /// The number of callers that wait for a load in flight.
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

    private func wait(for key: Key) async throws -> Value {
        let value: Value? = await withCheckedContinuation { continuation in
            let hasEnded = entries.withLock { entries in
                guard entries[key]?.isLoading == true else { return true }
                entries[key]?.waiting.append(continuation)
                return false
            }
            if hasEnded { continuation.resume(returning: nil) }
        }
        if let value { return value }
        return try await current(key)
    }

    /// Ends a load. `value` is nil if it failed.
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
        // After a failed load each waiting caller loads again, because perhaps only the deadline of the first caller
        // has passed. After an invalidation they do too, because the load may have read before the change.
        for continuation in waiting { continuation.resume(returning: shared) }
    }

    private func makeRoom(in entries: inout [Key: Entry]) {
        guard entries.count >= capacity else { return }
        let oldest = entries.filter { !$0.value.isLoading }.min { $0.value.asOf < $1.value.asOf }
        if let oldest { entries[oldest.key] = nil }
    }
}
