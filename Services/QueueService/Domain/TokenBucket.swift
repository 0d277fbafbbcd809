import Kernel

/// Lets through at most `rate` in any window of one second, in whole numbers.
///
/// The bucket holds one token and a twentieth of the rate, and nineteen twentieths flow in during a second. A window of a
/// thousand milliseconds finds at most a full bucket and has less than a second of flow, which together is less than one
/// more than the rate. Whoever takes what there is every twentieth of a second or more often gets all that flows: 95 %.
package struct TokenBucket: Equatable, Sendable {
    /// Clocks of several instances may differ by this much; what is further back was set back.
    package static let clockTolerance = Duration.seconds(5)

    package let rate: Int64
    package private(set) var millionths: Int64
    package private(set) var filledAt: Timestamp

    /// Full.
    package init(rate: Int64, at now: Timestamp) {
        self.init(rate: rate, millionths: Self.capacity(rate), filledAt: now)
    }

    package init(rate: Int64, millionths: Int64, filledAt: Timestamp) {
        precondition(rate > 0, "no rate is no bucket")
        self.rate = rate
        self.millionths = min(millionths, Self.capacity(rate))
        self.filledAt = filledAt
    }

    private static func capacity(_ rate: Int64) -> Int64 { unit + unit / 20 * rate }
    private static let unit: Int64 = 1_000_000

    /// How many may pass now.
    package func available(at now: Timestamp) -> Int64 { filled(at: now).millionths / Self.unit }

    package mutating func take(_ count: Int64, at now: Timestamp) {
        self = filled(at: now)
        millionths -= count * Self.unit
    }

    private func filled(at now: Timestamp) -> TokenBucket {
        var bucket = self
        let elapsed = (now - filledAt).milliseconds
        if elapsed >= 0 {
            // Full long before this, and no product of long times overflows.
            let flow = min(elapsed, 1_000_000) * (Self.unit / 1000 - Self.unit / 20_000) * rate
            bucket.millionths = min(Self.capacity(rate), millionths + flow)
            bucket.filledAt = now
        } else if filledAt - now > Self.clockTolerance {
            bucket.filledAt = now
        }
        return bucket
    }

    /// What is left, under another rate: changing it is no way around it.
    package func with(rate: Int64, at now: Timestamp) -> TokenBucket {
        TokenBucket(rate: rate, millionths: filled(at: now).millionths, filledAt: max(now, filledAt))
    }
}
