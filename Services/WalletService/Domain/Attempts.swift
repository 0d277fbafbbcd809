import Kernel

/// How long something waits until it is asked for once more.
package enum Attempts {
    /// The live call has so long for itself.
    package static let firstPause = Duration.seconds(2)
    package static let shortestPause = Duration.milliseconds(50)
    package static let longestPause = Duration.seconds(5)
    /// How far the clocks of two programs may differ without each being taken for one that was ahead.
    private static let clockDifference = Duration.seconds(30)

    /// Doubles each time, and is shorter by up to a quarter, different for each payment and attempt. The attempt itself may
    /// last as long: so the next one never begins beside it, wherever it runs.
    package static func pause(after attempt: Int, of payment: PaymentID) -> Duration {
        let doublings = min(max(attempt - 1, 0), 16)
        let pause = min(shortestPause * (1 << doublings), longestPause)
        var random = SeededGenerator(seed: payment.low &+ UInt64(clamping: attempt))
        return .milliseconds(Int64.random(in: pause.milliseconds * 3 / 4...pause.milliseconds, using: &random))
    }

    /// The times that are due: those that have come, and those so far ahead that no pause leads there. Such a one was
    /// written by a clock that was ahead, and to wait until its time comes would be to wait for nothing.
    package static func dueTimes(at now: Timestamp) -> [ClosedRange<Timestamp>] {
        let tooFar = now + longestPause + clockDifference
        return [Timestamp(milliseconds: .min)...now, tooFar...Timestamp.distantFuture]
    }
}
