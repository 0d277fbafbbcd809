import Synchronization

/// A number that only grows. Incrementing takes one atomic addition and no lock.
package final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    package init() {}

    package func increment(by count: UInt64 = 1) {
        value.wrappingAdd(count, ordering: .relaxed)
    }

    package var count: UInt64 { value.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let value = Atomic<Int64>(0)

    package init() {}

    package func set(_ level: Int64) {
        value.store(level, ordering: .relaxed)
    }

    package func add(_ difference: Int64) {
        value.wrappingAdd(difference, ordering: .relaxed)
    }

    package var level: Int64 { value.load(ordering: .relaxed) }
}
