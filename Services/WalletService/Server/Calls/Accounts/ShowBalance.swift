import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func showBalance(_ request: ShowBalanceRequest, call: Call) async throws -> ShowBalanceReply {
        let user = try call.user
        let accounts = try await database.read(before: call.deadline) { try AccountTable.all(of: user, $0) }
        return ShowBalanceReply(
            balances: accounts.sorted { $0.currency.code < $1.currency.code }.map { Balance($0) })
    }
}
