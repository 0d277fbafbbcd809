import Database
import Identity
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func signIn(_ request: SignInRequest, call: Call) async throws -> SignInReply {
        let name = try UserName(request.name)
        let attempt = try throttle.begin(name, from: call.peer)
        let login: LoginTable.Login?
        do {
            login = try await database.read(before: call.deadline) { reader in
                try PasswordTable.isReset(name, reader) ? nil : try LoginTable.find(name, reader)
            }
            guard try await passwords.verify(request.password, against: login?.password) else {
                throw WalletRefusal.because(.nameOrPasswordWrong)
            }
        } catch let refusal as WalletRefusal {
            throw refusal
        } catch {
            // The password was not checked, so this attempt does not count.
            throttle.giveBack(attempt)
            throw error
        }
        throttle.giveBack(attempt)
        guard let login else { throw WalletRefusal.because(.nameOrPasswordWrong) }
        let kind: UserSession.Kind = request.asOperator ? .operator : .user
        return SignInReply(session: try await sessions.begin(kind, for: login.user, named: name, call))
    }
}
