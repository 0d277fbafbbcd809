import Kernel
import Synchronization

/// How many observations fell under which bound, and their sum. Observing takes two atomic additions and no lock.
package final class Histogram: Sendable {
    /// What one observation counts, and how it is shown.
    package enum Unit: Sendable {
        /// Counted in nanoseconds, shown in seconds.
        case seconds
        case bytes
        case items

        var perShown: Double { self == .seconds ? 1e9 : 1 }
    }

    /// From 100 microseconds to 10 seconds, in steps of about 2 and 2.5.
    package static let latencyBounds: [Duration] = [
        .microseconds(100), .microseconds(250), .microseconds(500), .milliseconds(1), .microseconds(2500),
        .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
        .milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
    ]

    let unit: Unit
    /// Ascending; an observation belongs to the first bound that it does not exceed, or to none.
    let bounds: [UInt64]
    private let buckets: [Counter]
    private let sum = Counter()

    init(unit: Unit, bounds: [UInt64]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "the bounds of a histogram ascend")
        self.unit = unit
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: UInt64) {
        var index = 0
        while index < bounds.count && bounds[index] < value { index += 1 }
        buckets[index].increment()
        sum.increment(by: value)
    }

    /// A duration below zero, which a broken measurement may give, counts as none.
    package func observe(_ duration: Duration) {
        observe(duration.nanoseconds)
    }

    /// Observations of each bucket, the last being those above every bound, and the sum in the unit counted.
    package var snapshot: (buckets: [UInt64], sum: UInt64) { (buckets.map(\.count), sum.count) }
}

extension Duration {
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : scaled &+ UInt64(attoseconds / 1_000_000_000)
    }
}
