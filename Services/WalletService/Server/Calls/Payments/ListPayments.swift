import Database
import Kernel
import RPC
import WalletAPI

extension WalletServer {
    func listPayments(_ request: ListPaymentsRequest, call: Call) async throws -> ListPaymentsReply {
        let user = try call.user
        let before = request.beforePaymentID ?? PaymentID(high: .max, low: .max)
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: request.pageSize, usual: 50) {
                try PaymentTable.all(of: user, before: before, limit: $0, reader)
            }
            return ListPaymentsReply(payments: page.items.map { .init($0, at: clock.now) }, hasMore: page.hasMore)
        }
    }
}
