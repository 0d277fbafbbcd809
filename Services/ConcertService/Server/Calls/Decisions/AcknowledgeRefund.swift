import ConcertAPI
import Database
import RPC

extension ConcertServer {
    /// Succeeds also if the refund is not due, because it may have been acknowledged before.
    func acknowledgeRefund(_ request: AcknowledgeRefundRequest, call: Call) async throws -> AcknowledgeRefundReply {
        try await database.transaction(before: call.deadline) { tx in
            try RefundTable.acknowledge(request.refundID, of: request.paymentID, in: request.concertID, tx)
        }
        return AcknowledgeRefundReply()
    }
}
