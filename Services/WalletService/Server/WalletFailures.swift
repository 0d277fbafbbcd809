import Identity
import Kernel
import RPC
import WalletDomain

/// Maps every refusal to its failure.
extension WalletRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let allowed):
            RPCFailure(.invalidArgument, "INVALID_FIELD", "\(field): allowed is \(allowed)")
        case .requestIDReused:
            RPCFailure(
                .alreadyExists, "REQUEST_ID_REUSED",
                "this request_id was used for another request; create a new one")
        case .paymentIDReused:
            RPCFailure(
                .alreadyExists, "PAYMENT_ID_REUSED",
                "this payment_id was used for another payment; create a new one")
        case .paymentUnknown:
            RPCFailure(
                .notFound, "PAYMENT_UNKNOWN", "you have no payment with this id; check the id, or list your payments")
        case .nameTaken:
            RPCFailure(.alreadyExists, "NAME_TAKEN", "name: another user has this name; choose another one")
        case .nameUnknown:
            RPCFailure(
                .notFound, "NAME_UNKNOWN", "name: no user has this name; check it, or let the user sign up first")
        case .nameOrPasswordWrong:
            RPCFailure(.unauthenticated, "NAME_OR_PASSWORD_WRONG", "the name or the password is wrong; check both")
        case .tooManyTries(let wait):
            .later("TOO_MANY_TRIES", "too many attempts; try again in \(wait.milliseconds / 1000 + 1) s", wait)
        case .topUpNotAllowed:
            RPCFailure(
                .permissionDenied, "TOP_UP_NOT_ALLOWED",
                "only operators can put money into wallets here; ask an operator")
        case .balanceLimit(let limit):
            RPCFailure(
                .failedPrecondition, "BALANCE_LIMIT",
                "amount: the wallet would hold more than \(limit) in the smallest unit of the currency; top up less")
        case .concertHalted:
            RPCFailure(
                .failedPrecondition, "CONCERT_HALTED",
                "this concert takes no payments until an operator lifts its halt; nothing was paid, try again later")
        }
    }
}

extension PasswordError: Refusal {
    private static let rest = Duration.seconds(1)

    package var failure: RPCFailure {
        switch self {
        case .length: RPCFailure(.invalidArgument, "INVALID_FIELD", "password: \(self)")
        case .busy, .outOfMemory: .later("PASSWORDS_BUSY", "\(self)", Self.rest)
        case .cancelled: RPCFailure(.cancelled, "CANCELLED", "\(self)")
        }
    }
}

extension RPCFailure {
    fileprivate static func later(_ reason: String, _ message: String, _ wait: Duration) -> RPCFailure {
        var failure = RPCFailure(.resourceExhausted, reason, message)
        failure.retryAfter = wait
        return failure
    }
}
