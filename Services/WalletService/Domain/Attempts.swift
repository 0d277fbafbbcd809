import Kernel

/// The pauses between attempts to bring a payment or a pass to its end.
package enum Attempts {
    /// The time from the start of a payment until the first attempt of the timer. Until then only the live call
    /// requests the decision.
    package static let firstPause = Duration.seconds(2)
    package static let shortestPause = Duration.milliseconds(200)
    package static let longestPause = Duration.seconds(5)
    /// The difference between the clocks of two instances that still counts as normal.
    private static let clockDifference = Duration.seconds(30)

    /// Returns the pause after an attempt. It doubles with each attempt and is up to a quarter shorter, depending on
    /// payment and attempt. The attempt itself may last as long, so the next one never begins while it runs, on any
    /// instance.
    package static func pause(after attempt: Int, of payment: PaymentID) -> Duration {
        var random = SeededGenerator(seed: payment.low &+ UInt64(clamping: attempt))
        return Backoff(from: shortestPause, upTo: longestPause).pause(
            after: attempt, shorterBy: 0.25, using: &random)
    }

    /// The times that are due: all past ones, and all that are further ahead than any pause. A clock that was ahead
    /// wrote the latter, so nothing waits for them.
    package static func dueTimes(at now: Timestamp) -> [ClosedRange<Timestamp>] {
        let tooFar = now + longestPause + clockDifference
        return [Timestamp(milliseconds: .min)...now, tooFar...Timestamp.distantFuture]
    }

    package static func isDue(_ time: Timestamp, at now: Timestamp) -> Bool {
        dueTimes(at: now).contains { $0.contains(time) }
    }
}
