import Synchronization

/// The number of durations per bucket, and their sum, in nanoseconds. It is exported in seconds. Observing takes two atomic additions and no lock.
package final class Histogram: Sendable {
    /// From 100 microseconds to 10 seconds, in steps of about 2 and 2.5.
    package static let latencyBounds: [Duration] = [
        .microseconds(100), .microseconds(250), .microseconds(500), .milliseconds(1), .microseconds(2500),
        .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
        .milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
    ]

    /// Nanoseconds in ascending order. An observation belongs to the first bound that it does not exceed, or to the last bucket.
    let bounds: [UInt64]
    private let buckets: [Counter]
    private let sum = Counter()

    init(bounds: [UInt64]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "the bounds of a histogram ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: UInt64) {
        var index = 0
        while index < bounds.count && bounds[index] < value { index += 1 }
        buckets[index].increment()
        sum.increment(by: value)
    }

    /// A negative duration, from a faulty measurement, counts as zero.
    package func observe(_ duration: Duration) {
        observe(duration.nanoseconds)
    }

    /// The observations per bucket, and their sum in nanoseconds. The last bucket is for those above every bound.
    package var snapshot: (buckets: [UInt64], sum: UInt64) { (buckets.map(\.count), sum.count) }
}

extension Duration {
    var nanoseconds: UInt64 { UInt64(clamping: attoseconds / 1_000_000_000) }
}
