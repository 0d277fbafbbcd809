import Database
import RPC
import WalletAPI

extension WalletServer {
    func listOperators(_ request: ListOperatorsRequest, call: Call) async throws -> ListOperatorsReply {
        try await database.read(before: call.deadline) { reader in
            let page = try Page(of: request.pageSize, usual: 50) {
                try OperatorTable.all(after: request.afterUserID, limit: $0, reader)
            }
            return ListOperatorsReply(
                operators: page.items.map { .init($0.login, changedAt: $0.changedAt) }, hasMore: page.hasMore)
        }
    }
}
