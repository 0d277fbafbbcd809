import Kernel
import RPC
import WalletDomain

/// The attempt that a call makes itself, before the timer makes the next ones.
enum LiveAttempt {
    private static let longest = Attempts.firstPause - .milliseconds(200)
    private static let longestMargin = Duration.milliseconds(500)

    /// What a call keeps of its time for the answer, so that its caller hears PENDING and not nothing.
    static func margin(of call: Call) -> Duration {
        min(call.remaining / 5, longestMargin)
    }

    static func patience(of call: Call) -> Duration {
        min(call.remaining - margin(of: call), longest)
    }
}
