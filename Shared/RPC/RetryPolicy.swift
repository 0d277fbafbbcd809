import Kernel

/// Which calls are made again, when, and how often.
struct RetryPolicy {
    private static let maxAttempts: UInt32 = 4
    private static let firstBackoff = Duration.milliseconds(20)
    /// How many calls may be made again: a share of the calls made, so that a peer in trouble is not called harder.
    private static let budgetCapacity = 100.0
    private static let budgetPerCall = 0.2

    private var budget = budgetCapacity

    mutating func callBegins() {
        budget = min(Self.budgetCapacity, budget + Self.budgetPerCall)
    }

    /// How long to wait before attempt `number`; nil where the failure stands.
    mutating func pause(
        after failure: RPCFailure, of method: MethodDescription, attempt number: UInt32, remaining: Duration,
        random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard number < Self.maxAttempts, Self.isWorthRepeating(failure, of: method), budget >= 1 else { return nil }
        let backoff = Self.firstBackoff * (1 << Int(number - 1))
        let jitter = Duration.milliseconds(Int64.random(in: 0...backoff.milliseconds, using: &random))
        let pause = (failure.retryAfter ?? backoff / 2) + jitter
        guard pause < remaining else { return nil }
        budget -= 1
        return pause
    }

    /// What no handler has seen may go anywhere; what one may have seen, only if twice is the same as once.
    private static func isWorthRepeating(_ failure: RPCFailure, of method: MethodDescription) -> Bool {
        switch failure.code {
        case .unavailable where failure.reason == RPCFailure.cannotConnectReason: false
        case .unavailable: failure.isNotProcessed || method.isSafeToRepeat
        case .resourceExhausted: failure.isNotProcessed && failure.retryAfter != nil
        default: false
        }
    }
}
