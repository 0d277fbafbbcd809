import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func listOperators(_ request: ListOperatorsRequest, call: Call) async throws -> ListOperatorsReply {
        let size = PageSize.read(request.pageSize)
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: size) { limit in
                try OperatorTable.all(after: request.afterUserID, limit: limit, reader)
            }
            return ListOperatorsReply(
                operators: page.items.map { .init($0.login, changedAt: $0.changedAt) }, hasMore: page.hasMore)
        }
    }
}
