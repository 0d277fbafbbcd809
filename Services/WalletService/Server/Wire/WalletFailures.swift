import Identity
import Kernel
import RPC
import WalletDomain

/// The only place where refusals become answers.
extension WalletRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let allowed):
            RPCFailure(.invalidArgument, "INVALID_FIELD", "\(field): allowed is \(allowed)")
        case .requestIDReused:
            RPCFailure(
                .alreadyExists, "REQUEST_ID_REUSED",
                "this request_id was used before, for something else: make a new one for a new wish")
        case .paymentIDReused:
            RPCFailure(
                .alreadyExists, "PAYMENT_ID_REUSED",
                "this payment_id was used before, for another payment: make a new one for a new payment")
        case .paymentUnknown: RPCFailure(.notFound, "PAYMENT_UNKNOWN", "you have no such payment")
        case .nameTaken: RPCFailure(.alreadyExists, "NAME_TAKEN", "somebody has this name: choose another")
        case .nameUnknown: RPCFailure(.notFound, "NAME_UNKNOWN", "nobody has signed up with this name")
        case .nameOrPasswordWrong:
            RPCFailure(.unauthenticated, "NAME_OR_PASSWORD_WRONG", "name or password is wrong")
        case .tooManyTries(let wait):
            .later("TOO_MANY_TRIES", "too many tries; wait \(wait.milliseconds / 1000 + 1) s", wait)
        case .topUpNotAllowed:
            RPCFailure(
                .permissionDenied, "TOP_UP_NOT_ALLOWED", "only operators put money into wallets here: ask one of them")
        case .balanceLimit(let limit):
            RPCFailure(
                .failedPrecondition, "BALANCE_LIMIT",
                "a wallet holds at most \(limit) of the smallest unit of a currency; top up less")
        case .concertHalted:
            RPCFailure(
                .failedPrecondition, "CONCERT_HALTED",
                "payments for this concert are stopped until an operator has looked; nothing was paid")
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
