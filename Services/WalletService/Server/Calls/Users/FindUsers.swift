import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    private static let maximumUsers = 100

    func findUsers(_ request: FindUsersRequest, call: Call) async throws -> FindUsersReply {
        let (prefix, users) = (request.namePrefix, request.users.map(\.userID))
        guard users.count <= Self.maximumUsers else {
            throw WalletRefusal.invalid("users", "must be at most \(Self.maximumUsers)")
        }
        guard users.isEmpty || prefix.isEmpty else {
            throw WalletRefusal.invalid("name_prefix", "must be empty with users")
        }
        return try await database.read(before: call.deadline) { reader in
            guard users.isEmpty else {
                return FindUsersReply(users: try ProfileTable.find(users, reader).map { .init($0) })
            }
            let page = try Page(of: request.pageSize, usual: 50) {
                try ProfileTable.all(named: prefix, after: request.afterName, limit: $0, reader)
            }
            return FindUsersReply(users: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }
}
