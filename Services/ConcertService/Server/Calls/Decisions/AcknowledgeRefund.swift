import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    /// Succeeds also if the refund is not due, because it may have been acknowledged before.
    func acknowledgeRefund(_ request: AcknowledgeRefundRequest, call: Call) async throws -> AcknowledgeRefundReply {
        let concert = try ConcertID(field: request.concertID, "concert_id")
        let refund = try RefundID(field: request.refundID, "refund_id")
        let payment = try PaymentID.optional(field: request.paymentID, "payment_id")
        try await database.transaction(before: call.deadline) { tx in
            try RefundTable.delete(refund, of: payment, in: concert, tx)
        }
        return AcknowledgeRefundReply()
    }
}
