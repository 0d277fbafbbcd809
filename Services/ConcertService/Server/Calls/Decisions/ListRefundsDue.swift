import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    private static let pageSize = 100

    func listRefundsDue(_ request: ListRefundsDueRequest, call: Call) async throws -> ListRefundsDueReply {
        let concert = try ConcertID.optional(field: request.concertID, "concert_id")
        let lastConcert = try ConcertID.optional(field: request.afterConcertID, "after_concert_id")
        let lastRefund = try RefundID.optional(field: request.afterRefundID, "after_refund_id")
        let last = (
            concert: lastConcert ?? ConcertID(high: 0, low: 0), refund: lastRefund ?? RefundID(high: 0, low: 0)
        )
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: Self.pageSize) {
                try RefundTable.due(after: last, of: concert, limit: $0, reader)
            }
            return ListRefundsDueReply(refunds: page.items.map { RefundEntry($0) }, hasMore: page.hasMore)
        }
    }
}

extension RefundEntry {
    fileprivate init(_ refund: RefundTable.Refund) {
        self.init(
            refundID: refund.id.bytes, concertID: refund.concert.bytes, paymentID: refund.payment.bytes,
            reservationID: refund.reservation.bytes, userID: refund.user.bytes, amount: refund.amount.field,
            currency: refund.amount.currency.code, reason: refund.reason, dueSinceMs: refund.dueSince.field)
    }
}
