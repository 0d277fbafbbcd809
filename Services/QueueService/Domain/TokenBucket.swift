import Kernel

/// A rate limiter that admits at most `rate` in any window of one second.
///
/// The capacity is one token plus 1/20 of the rate. The bucket fills with 19/20 of the rate per second. A window of
/// 1,000 ms finds at most a full bucket and less than a second of flow. Their sum is less than rate + 1. A caller that
/// takes all tokens at least every 50 ms gets the whole flow, 95 % of the rate.
///
/// A factor multiplies the rate in all of these, to correct it by users who do not come in.
package struct TokenBucket: Equatable, Sendable {
    /// The allowed difference between the clocks of instances. A larger step back means that the clock was set back.
    package static let clockTolerance = Duration.seconds(5)
    /// The factor of a rate that is not corrected.
    package static let unchanged: Int64 = 1000

    package let rate: Int64
    package let factorThousandths: Int64
    package private(set) var millionths: Int64
    package private(set) var filledAt: Timestamp

    /// Starts full.
    package init(rate: Int64, at now: Timestamp) {
        self.init(rate: rate, millionths: Self.capacity(rate, Self.unchanged), filledAt: now)
    }

    package init(
        rate: Int64, factorThousandths: Int64 = unchanged, millionths: Int64, filledAt: Timestamp
    ) {
        precondition(rate > 0, "a bucket needs a rate above zero")
        self.rate = rate
        self.factorThousandths = factorThousandths
        self.millionths = min(millionths, Self.capacity(rate, factorThousandths))
        self.filledAt = filledAt
    }

    private static func capacity(_ rate: Int64, _ factor: Int64) -> Int64 { unit + unit / 20 * rate * factor / 1000 }
    private static let unit: Int64 = 1_000_000

    /// The factor with which the bucket fills with `flow / over` of the rate.
    static func factorThousandths(flow: Int64, over: Int64) -> Int64 { flow * 20 * 1000 / (over * 19) }

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
            bucket.millionths = min(
                Self.capacity(rate, factorThousandths), millionths + flow * factorThousandths / 1000)
            bucket.filledAt = now
        } else if filledAt - now > Self.clockTolerance {
            bucket.filledAt = now
        }
        return bucket
    }

    /// The bucket with another rate and the tokens it has, so a change of the rate does not refill it.
    package func with(rate: Int64, at now: Timestamp) -> TokenBucket {
        TokenBucket(
            rate: rate, factorThousandths: factorThousandths, millionths: filled(at: now).millionths,
            filledAt: max(now, filledAt))
    }

    /// The bucket with another factor and the tokens it has.
    func with(factorThousandths: Int64, at now: Timestamp) -> TokenBucket {
        if factorThousandths == self.factorThousandths { return self }
        return TokenBucket(
            rate: rate, factorThousandths: factorThousandths, millionths: filled(at: now).millionths,
            filledAt: max(now, filledAt))
    }
}
