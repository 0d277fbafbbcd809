import RPC
import WalletDomain

/// The attempt that a call makes itself, or the first attempt to finish a pass. The timer makes the later ones.
enum LiveAttempt {
    static let longest = Attempts.firstPause - .milliseconds(200)
    private static let longestMargin = Duration.milliseconds(500)

    /// The part of the call's time that is reserved for the answer. So the caller receives PENDING instead of a
    /// time-out.
    static func margin(of call: Call) -> Duration {
        min(call.remaining / 5, longestMargin)
    }

    static func timeout(of call: Call) -> Duration {
        min(call.remaining - margin(of: call), longest)
    }
}
