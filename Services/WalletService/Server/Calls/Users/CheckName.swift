import Database
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    /// Counts as a sign-up, so that the call finds taken names no faster than SignUp does.
    func checkName(_ request: CheckNameRequest, call: Call) async throws -> CheckNameReply {
        let name = try UserName(request.name)
        try await gate.admit(.signUp, nil, from: .init(of: call)) { _ in
            guard try await database.read(before: call.deadline, { try LoginTable.find(name, $0) }) == nil else {
                throw WalletRefusal.because(.nameTaken)
            }
        }
        return CheckNameReply()
    }
}
