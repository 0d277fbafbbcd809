import Kernel
import WalletAPI
import WalletDomain

extension Balance {
    init(_ account: Account) {
        self.init(
            currency: account.currency.code, available: UInt64(clamping: account.available),
            pending: UInt64(clamping: account.pending))
    }
}

extension EntryView {
    init(_ entry: Entry) {
        self.init(
            serial: UInt64(clamping: entry.serial), kind: EntryKind(entry.kind), amount: entry.amount.field,
            currency: entry.amount.currency.code, available: UInt64(clamping: entry.available),
            pending: UInt64(clamping: entry.pending), paymentID: entry.payment?.bytes ?? [], atMs: entry.at.field)
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

extension PaymentView {
    init(_ payment: Payment, at now: Timestamp) {
        self.init(
            paymentID: payment.id.bytes, outcome: PaymentOutcome(payment.state),
            reason: payment.reason.map { NotPaidReason($0) } ?? .unspecified,
            concertID: payment.content?.concert.bytes ?? [],
            reservationID: payment.content?.reservation.bytes ?? [], amount: payment.content?.amount.field ?? 0,
            currency: payment.content?.amount.currency.code ?? "", isRefunded: payment.state == .refunded,
            isCancelling: payment.wantsAbort && payment.state == .reserved, begunAtMs: payment.begunAt.field,
            decidedAtMs: payment.decidedAt?.field ?? 0, refundedAtMs: payment.refundedAt?.field ?? 0,
            askAgainMs: payment.nextAttempt.map { Self.pause(until: $0, now) } ?? 0)
    }

    /// Returns the time until the next attempt. The payment stays undecided until then.
    private static func pause(until attempt: Timestamp, _ now: Timestamp) -> UInt32 {
        let pause = min(max(attempt - now, Attempts.shortestPause), Attempts.longestPause)
        return UInt32(clamping: pause.milliseconds)
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
            }
    }
}
