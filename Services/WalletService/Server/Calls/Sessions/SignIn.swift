import Database
import Identity
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func signIn(_ request: SignInRequest, call: Call) async throws -> SignInReply {
        let name = try UserName(request.name)
        let login = try await gate.admit(.guess(name), request.solution, from: .init(of: call)) { turn in
            let login = try await database.read(before: call.deadline) { reader in
                try PasswordTable.isReset(name, reader) ? nil : try LoginTable.find(name, reader)
            }
            // Without a user, the check takes as long and fails.
            guard try await passwords.verify(request.password, against: login?.password, turn), let login else {
                throw WalletRefusal.because(.nameOrPasswordWrong)
            }
            return login
        }
        let kind: UserSession.Kind = request.asOperator ? .operator : .user
        guard let session = try await sessions.begin(kind, for: login, call) else {
            throw WalletRefusal.because(.nameOrPasswordWrong)
        }
        return SignInReply(session: session)
    }
}
