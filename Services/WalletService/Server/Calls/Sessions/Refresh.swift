import Identity
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func refresh(_ request: RefreshRequest, call: Call) async throws -> RefreshReply {
        guard let secret = SessionSecret(bytes: request.secret) else {
            throw WalletRefusal.invalid("secret", "must be the secret of a session, as SignIn returned it")
        }
        return RefreshReply(session: try await sessions.refresh(secret, call))
    }
}
