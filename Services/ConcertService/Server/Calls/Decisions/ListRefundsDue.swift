import ConcertAPI
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    func listRefundsDue(_ request: ListRefundsDueRequest, call: Call) async throws -> ListRefundsDueReply {
        let last = (
            concert: request.afterConcertID ?? ConcertID(high: 0, low: 0),
            refund: request.afterRefundID ?? RefundID(high: 0, low: 0)
        )
        return try await database.query(before: call.deadline) { reader in
            let page = try Page {
                try RefundTable.due(
                    after: last, of: request.concertID, withParts: request.understandsParts, limit: $0, reader)
            }
            return ListRefundsDueReply(refunds: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }
}
