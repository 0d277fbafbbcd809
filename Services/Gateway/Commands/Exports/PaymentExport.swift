import ConcertAPI
import Journeys
import Kernel
import WalletAPI

extension Export<Payment> {
    static func payments(for concert: Concert, _ run: Invocation) -> Self {
        Export(
            headings: [
                "user_id", "payment_id", "reservation_id", "outcome", "reason", "amount", "currency", "begun_at",
                "decided_at", "refunded_at",
            ],
            cells: { payment in
                [
                    cell(payment.userID), cell(payment.paymentID), cell(payment.reservationID), cell(payment.outcome),
                    payment.outcome == .notPaid ? cell(payment.reason) : "",
                    Money.digits(payment.amount, payment.currency), payment.currency, cell(payment.begunAt),
                    cell(payment.decidedAt), cell(payment.refundedAt),
                ]
            }, keyCount: 2,
            json: { payment in
                .object([
                    "userId": .id(payment.userID), "paymentId": .id(payment.paymentID),
                    "reservationId": .id(payment.reservationID), "outcome": .name(of: payment.outcome),
                    "reason": payment.outcome == .notPaid ? .name(of: payment.reason) : nil,
                    "amount": Money.json(payment.amount, payment.currency), "begunAt": .time(payment.begunAt),
                    "decidedAt": .time(payment.decidedAt), "refundedAt": .time(payment.refundedAt),
                ])
            },
            page: { key in
                let request = ExportPaymentsRequest(
                    concertID: concert.concertID, afterUserID: key.first.flatMap { UserID($0) },
                    afterPaymentID: key.last.flatMap { PaymentID($0) })
                let reply = try await run.caller.call(WalletMethods.exportPayments, request)
                guard reply.hasMore, let user = reply.lastUserID, let payment = reply.lastPaymentID else {
                    return Page(rows: reply.payments, next: nil)
                }
                return Page(rows: reply.payments, next: ["\(user)", "\(payment)"])
            })
    }
}
