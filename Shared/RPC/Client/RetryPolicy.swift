import Kernel

/// Decides which calls are retried, when, and how often.
struct RetryPolicy {
    private static let maxAttempts: UInt32 = 4
    private static let backoff = Backoff(from: .milliseconds(20), upTo: .milliseconds(80))
    /// The budget of retries, a share of all calls, so that retries do not overload a peer in trouble.
    private static let budgetCapacity = 100.0
    private static let budgetPerCall = 0.2

    private var budget = budgetCapacity

    mutating func callBegins() {
        budget = min(Self.budgetCapacity, budget + Self.budgetPerCall)
    }

    /// The pause before attempt `number`. Nil if the failure is final.
    mutating func pause(
        after failure: RPCFailure, of method: MethodDescription, attempt number: UInt32, remaining: Duration,
        random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard number < Self.maxAttempts, Self.isWorthRepeating(failure, of: method), budget >= 1 else { return nil }
        let backoff = Self.backoff.pause(after: Int(number))
        let jitter = Duration.milliseconds(Int64.random(in: 0...backoff.milliseconds, using: &random))
        let pause = (failure.retryAfter ?? backoff / 2) + jitter
        guard pause < remaining else { return nil }
        budget -= 1
        return pause
    }

    /// True for an unprocessed call, and for one that may have been processed if its method is safe to repeat.
    private static func isWorthRepeating(_ failure: RPCFailure, of method: MethodDescription) -> Bool {
        switch failure.code {
        // The call has already waited for a connection, and would wait again.
        case .unavailable where failure.isBecause(CallReason.cannotConnect): false
        case .unavailable: failure.isNotProcessed || method.isSafeToRepeat
        case .resourceExhausted: failure.isNotProcessed && failure.retryAfter != nil
        default: false
        }
    }
}
