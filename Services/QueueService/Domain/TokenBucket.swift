import Kernel

/// A rate limiter that admits at most `rate` in any window of one second.
///
/// The capacity is one token plus 1/20 of the rate. The bucket fills with 19/20 of the rate per second. A window of
/// 1,000 ms finds at most a full bucket and less than a second of flow. Their sum is less than rate + 1. A caller that
/// takes all tokens at least every 50 ms gets the whole flow, 95 % of the rate.
package struct TokenBucket: Equatable, Sendable {
    /// The allowed difference between the clocks of instances. A larger step back means that the clock was set back.
    package static let clockTolerance = Duration.seconds(5)

    package let rate: Int64
    package private(set) var millionths: Int64
    package private(set) var filledAt: Timestamp

    /// Starts full.
    package init(rate: Int64, at now: Timestamp) {
        self.init(rate: rate, millionths: Self.capacity(rate), filledAt: now)
    }

    package init(rate: Int64, millionths: Int64, filledAt: Timestamp) {
        precondition(rate > 0, "a bucket needs a rate above zero")
        self.rate = rate
        self.millionths = min(millionths, Self.capacity(rate))
        self.filledAt = filledAt
    }

    private static func capacity(_ rate: Int64) -> Int64 { unit + unit / 20 * rate }
    private static let unit: Int64 = 1_000_000

    package func available(at now: Timestamp) -> Int64 { filled(at: now).millionths / Self.unit }

    package mutating func take(_ count: Int64, at now: Timestamp) {
        self = filled(at: now)
        millionths -= count * Self.unit
    }

    private func filled(at now: Timestamp) -> TokenBucket {
        var bucket = self
        let elapsed = (now - filledAt).milliseconds
        if elapsed >= 0 {
            // The bucket is full long before this bound, which keeps the product from overflowing.
            let flow = min(elapsed, 1_000_000) * (Self.unit / 1000 - Self.unit / 20_000) * rate
            bucket.millionths = min(Self.capacity(rate), millionths + flow)
            bucket.filledAt = now
        } else if filledAt - now > Self.clockTolerance {
            bucket.filledAt = now
        }
        return bucket
    }

    /// The bucket with another rate and the tokens it has, so a change of the rate does not refill it.
    package func with(rate: Int64, at now: Timestamp) -> TokenBucket {
        TokenBucket(rate: rate, millionths: filled(at: now).millionths, filledAt: max(now, filledAt))
    }
}
