import Database
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func listOperators(_ request: ListOperatorsRequest, call: Call) async throws -> ListOperatorsReply {
        try await database.read(before: call.deadline) { reader in
            let page = try Page(of: request.pageSize, usual: 50) {
                try OperatorTable.all(after: request.afterUserID, limit: $0, reader)
            }
            let profiles = try ProfileTable.find(page.items.map(\.login.user), reader)
            let names = Dictionary(profiles.map { ($0.user, $0.displayName) }) { first, _ in first }
            return ListOperatorsReply(
                operators: page.items.map {
                    .init($0.login, displayName: names[$0.login.user] ?? "", changedAt: $0.changedAt)
                }, hasMore: page.hasMore)
        }
    }
}
