import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

/// Maps every refusal to its failure.
extension WalletRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .because(let reason, let sentence): RPCFailure(WalletReason(reason), sentence)
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .tooManyTries(let wait):
            .later(.tooManyTries, "too many attempts; try again in \(wait.milliseconds / 1000 + 1) s", wait)
        }
    }
}

extension PasswordError: Refusal {
    private static let rest = Duration.seconds(1)

    package var failure: RPCFailure {
        switch self {
        case .length(let maximum): .invalid("password", "must have at most \(maximum) bytes")
        case .busy, .late, .outOfMemory: .later(.passwordsBusy, "\(self)", Self.rest)
        case .cancelled: RPCFailure(CallReason.cancelled, "\(self)")
        }
    }
}

extension RPCFailure {
    fileprivate static func later(_ reason: WalletReason, _ message: String, _ wait: Duration) -> RPCFailure {
        var failure = RPCFailure(reason, message)
        failure.retryAfter = wait
        return failure
    }
}
