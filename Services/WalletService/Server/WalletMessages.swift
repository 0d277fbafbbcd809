import ConcertAPI
import Kernel
import RPC
import Service
import WalletAPI
import WalletDomain

// Conversions between domain values and messages. In this module, these names are the values of the domain, and
// `WalletAPI.Payment` is the message.
typealias Entry = WalletDomain.Entry
typealias Payment = WalletDomain.Payment
typealias Decision = WalletDomain.Decision
typealias OperatorLogin = WalletDomain.OperatorLogin

extension Balance {
    init(_ account: Account, _ times: (createdAt: Timestamp?, updatedAt: Timestamp?)) {
        self.init(
            currency: account.currency.code, available: UInt64(clamping: account.available),
            pending: UInt64(clamping: account.pending), createdAt: times.createdAt, updatedAt: times.updatedAt)
    }
}

extension WalletAPI.User {
    init(_ profile: UserProfile) {
        self.init(
            userID: profile.user, name: profile.name.text, displayName: profile.displayName,
            createdAt: profile.signedUpAt, updatedAt: profile.changedAt)
    }
}

extension WalletAPI.OperatorLogin {
    init(_ login: OperatorLogin, displayName: String, changedAt: Timestamp) {
        self.init(
            userID: login.user, name: login.name.text, duties: login.duties.fields, changedAt: changedAt,
            displayName: displayName)
    }
}

extension WalletAPI.Entry {
    init(_ entry: Entry) {
        self.init(
            serial: UInt64(clamping: entry.serial), kind: EntryKind(entry.kind), amount: entry.amount.field,
            currency: entry.amount.currency.code, available: UInt64(clamping: entry.available),
            pending: UInt64(clamping: entry.pending), paymentID: entry.payment, at: entry.at, refundID: entry.refund,
            reason: entry.reason)
    }
}

extension EntryKind {
    fileprivate init(_ kind: Entry.Kind) {
        self =
            switch kind {
            case .topUp: .topUp
            case .setAside: .setAside
            case .payment: .payment
            case .release: .release
            case .refund: .refund
            }
    }
}

extension WalletAPI.Payment {
    init(_ payment: Payment, at now: Timestamp) {
        self.init(
            paymentID: payment.id, outcome: PaymentOutcome(payment.state),
            reason: payment.reason.map { NotPaidReason($0) } ?? .unspecified, concertID: payment.content?.concert,
            reservationID: payment.content?.reservation, amount: payment.content?.amount.field ?? 0,
            currency: payment.content?.amount.currency.code ?? "", isRefunded: payment.state == .refunded,
            isCancelling: payment.isAbortRequested && payment.state == .reserved, begunAt: payment.begunAt,
            decidedAt: payment.decidedAt, refundedAt: payment.refundedAt,
            // The payment stays undecided until the next attempt.
            askAgain: payment.nextAttempt.map { min(max($0 - now, Attempts.shortestPause), Attempts.longestPause) }
                ?? .zero,
            refunded: UInt64(clamping: payment.refunded), userID: payment.user, updatedAt: payment.updatedAt)
    }
}

extension PaymentOutcome {
    fileprivate init(_ state: Payment.State) {
        self =
            switch state {
            case .reserved: .pending
            case .posted, .refunded: .paid
            case .voided, .declined: .notPaid
            }
    }
}

extension NotPaidReason {
    fileprivate init(_ reason: Payment.Reason) {
        self =
            switch reason {
            case .noAccount: .noAccount
            case .insufficient: .insufficient
            case .cancelled: .cancelled
            case .holdExpired: .holdExpired
            case .reservationGone: .reservationGone
            case .alreadySold: .alreadySold
            case .mismatch: .mismatch
            case .dateCancelled: .dateCancelled
            }
    }
}

/// Converts messages of Concert to values of the domain. Nil if a message cannot be read.
extension Decision {
    init?(_ decision: ConcertAPI.Decision) {
        switch decision.outcome {
        case .confirmed:
            guard let reservation = decision.reservationID,
                let amount = try? Money(field: decision.amount, decision.currency)
            else { return nil }
            let place = decision.roomID.flatMap { room in
                decision.placeID.map { Payment.Place(room: room, place: $0) }
            }
            self = .confirmed(reservation, amount, place)
        case .aborted:
            guard let reason = Payment.Reason(decision.reason) else { return nil }
            self = .aborted(reason)
        case .unspecified, .unrecognized: return nil
        }
    }
}

extension Payment.Reason {
    fileprivate init?(_ reason: AbortReason) {
        switch reason {
        case .holdExpired: self = .holdExpired
        case .gone: self = .reservationGone
        case .alreadySold: self = .alreadySold
        case .mismatch: self = .mismatch
        case .requested: self = .cancelled
        case .dateCancelled: self = .dateCancelled
        case .unspecified, .unrecognized: return nil
        }
    }
}

extension RefundDue {
    init?(_ refund: Refund) {
        guard let amount = try? Money(field: refund.amount, refund.currency) else { return nil }
        self.init(
            refund.refundID, concert: refund.concertID, reservation: refund.reservationID, user: refund.userID,
            payment: refund.paymentID, amount: amount, reason: refund.reason)
    }
}
