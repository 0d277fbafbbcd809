import ConcertAPI
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    /// Succeeds also if the refund is not due, because it may have been acknowledged before.
    func acknowledgeRefund(_ request: AcknowledgeRefundRequest, call: Call) async throws -> AcknowledgeRefundReply {
        let waiting = AcknowledgeBatch.Request(
            refund: request.refundID, payment: request.paymentID, deadline: call.deadline)
        let (outcomes, index) = try await acknowledgements.outcome(of: waiting, in: request.concertID)
        try outcomes[index].get()
        return AcknowledgeRefundReply()
    }
}

/// Acknowledgements of refunds of one concert, stored in one transaction. Wallet pays refunds by the page.
enum AcknowledgeBatch {
    typealias Line = Batcher<ConcertID, Request, [Result<Void, any Error>]>

    struct Request: Sendable {
        let refund: RefundID
        let payment: PaymentID?
        let deadline: Uptime
    }

    static func line(on database: Database) -> Line {
        Line { requests, concert in
            try await database.transaction(
                for: requests, before: { $0.deadline }, joiningOthers: true
            ) { requests, tx in
                // In the order of the keys, so that two transactions cannot deadlock.
                for request in requests.sorted(by: { $0.refund < $1.refund }) {
                    try RefundTable.acknowledge(request.refund, of: request.payment, in: concert, tx)
                }
                return requests.map { _ in .success(()) }
            }
        }
    }
}
