import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func showUser(_ request: ShowUserRequest, call: Call) async throws -> ShowUserReply {
        let isOfCaller = request.userID == nil && request.name.isEmpty
        guard isOfCaller || call.caller?.role == .operator else {
            let field = request.name.isEmpty ? "user_id" : "name"
            throw WalletRefusal.invalid(field, "must be empty for users, because they see only themselves")
        }
        guard request.userID == nil || request.name.isEmpty else {
            throw WalletRefusal.invalid("name", "must be empty with user_id")
        }
        let name = request.name.isEmpty ? nil : try UserName(request.name)
        let caller = try call.user
        return try await database.read(before: call.deadline) { reader in
            if let name { return ShowUserReply(user: .init(try ProfileTable.require(name, reader))) }
            guard let profile = try ProfileTable.find(request.userID ?? caller, reader) else {
                throw WalletRefusal.because(.userUnknown)
            }
            return ShowUserReply(user: .init(profile))
        }
    }
}
