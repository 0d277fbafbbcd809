import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func showBalance(_ request: ShowBalanceRequest, call: Call) async throws -> ShowBalanceReply {
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            ShowBalanceReply(balances: try Self.balances(of: user, reader))
        }
    }

    func findAccounts(_ request: FindAccountsRequest, call: Call) async throws -> FindAccountsReply {
        let name = try UserName(request.name)
        return try await database.read(before: call.deadline) { reader in
            let profile = try ProfileTable.require(name, reader)
            return FindAccountsReply(user: .init(profile), balances: try Self.balances(of: profile.user, reader))
        }
    }

    private static func balances(of user: UserID, _ reader: Reader) throws -> [Balance] {
        try AccountTable.all(of: user, reader).map { Balance($0, try AccountTable.times(of: $0, reader)) }
    }
}
