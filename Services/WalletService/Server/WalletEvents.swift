import Kernel
import RPC
import Service
import WalletDomain

/// The events of this service. The version is 1 for a payment, and then grows with the amount that is refunded.
extension SaleEvent {
    static func payment(_ payment: Payment) -> SaleEvent? {
        guard let content = payment.content, let decidedAt = payment.decidedAt else { return nil }
        return SaleEvent(
            kind: .payment, at: decidedAt, version: 1, concertID: content.concert,
            reservationID: content.reservation, userID: payment.user, paymentID: payment.id,
            amount: content.amount.field, currency: content.amount.currency.code)
    }

    static func refund(_ due: RefundDue, _ payment: Payment, at now: Timestamp) -> SaleEvent {
        SaleEvent(
            kind: .refund, at: now, version: 1 + UInt64(clamping: payment.refunded), concertID: due.concert,
            reservationID: due.reservation, userID: due.user, paymentID: due.payment, refundID: due.id,
            amount: due.amount.field, currency: due.amount.currency.code, reason: due.reason)
    }
}

extension Payment.Step {
    var isPost: Bool { if case .post = self { true } else { false } }
}
