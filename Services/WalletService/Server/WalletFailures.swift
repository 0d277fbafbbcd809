import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

/// Maps every refusal to its failure.
extension WalletRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .paymentIDReused: RPCFailure(WalletReason.paymentIDReused)
        case .paymentUnknown: RPCFailure(WalletReason.paymentUnknown)
        case .nameTaken: RPCFailure(WalletReason.nameTaken)
        case .nameUnknown: RPCFailure(WalletReason.nameUnknown)
        case .nameOrPasswordWrong: RPCFailure(WalletReason.nameOrPasswordWrong)
        case .tooManyTries(let wait):
            .later(.tooManyTries, "too many attempts; try again in \(wait.milliseconds / 1000 + 1) s", wait)
        case .sessionEnded: RPCFailure(WalletReason.sessionEnded)
        case .noSession: RPCFailure(WalletReason.noSession)
        case .noDuty: RPCFailure(WalletReason.noDuty)
        case .lastOwner: RPCFailure(WalletReason.lastOwner)
        case .passwordWrong: RPCFailure(WalletReason.passwordWrong)
        case .codeWrong: RPCFailure(WalletReason.codeWrong)
        case .topUpNotAllowed: RPCFailure(WalletReason.topUpNotAllowed)
        case .balanceLimit(let limit):
            RPCFailure(
                WalletReason.balanceLimit,
                "amount: the wallet would hold more than \(limit) in the smallest unit of the currency; top up less")
        case .concertHalted: RPCFailure(WalletReason.concertHalted)
        }
    }
}

extension PasswordError: Refusal {
    private static let rest = Duration.seconds(1)

    package var failure: RPCFailure {
        switch self {
        case .length(let maximum): .invalid("password", "must have at most \(maximum) bytes")
        case .busy, .outOfMemory: .later(.passwordsBusy, "\(self)", Self.rest)
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
