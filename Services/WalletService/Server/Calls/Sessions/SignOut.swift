import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func signOut(_ request: SignOutRequest, call: Call) async throws -> SignOutReply {
        guard !request.all || request.sessionID == nil else {
            throw WalletRefusal.invalid("session_id", "must be empty if all is true")
        }
        let user = try call.user
        if request.all {
            try await database.transaction(before: call.deadline) { tx in
                try SessionTable.endAll(of: user, but: nil, tx)
            }
            return SignOutReply()
        }
        guard let id = request.sessionID ?? call.caller?.session else { throw WalletRefusal.because(.noSession) }
        try await database.transaction(before: call.deadline) { tx in
            guard var session = try SessionTable.find(id, of: user, tx)?.session else { return }
            session.end(now: tx.now)
            try SessionTable.save(session, tx)
        }
        return SignOutReply()
    }
}
