import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    /// Payments that one call reads, so that it returns within some milliseconds.
    private static let mostExamined = 500

    func exportPayments(_ request: ExportPaymentsRequest, call: Call) async throws -> ExportPaymentsReply {
        let last = (user: request.afterUserID ?? .first, payment: request.afterPaymentID ?? .first)
        return try await database.read(before: call.deadline) { reader in
            let examined = try PaymentTable.all(after: last, limit: Self.mostExamined, reader)
            let found = examined.filter { request.concertID == nil || $0.content?.concert == request.concertID }
            return ExportPaymentsReply(
                payments: found.map { .init($0, at: reader.now) }, hasMore: examined.count == Self.mostExamined,
                lastUserID: examined.last?.user, lastPaymentID: examined.last?.id)
        }
    }
}

extension ID {
    /// Before all ids.
    fileprivate static var first: ID { ID(high: 0, low: 0) }
}
