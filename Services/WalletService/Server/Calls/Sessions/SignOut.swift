import Database
import RPC
import Service
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
                if try SessionTable.endAll(of: user, but: nil, tx) > 0 { try ActionTable.append(call, tx) }
            }
            return SignOutReply()
        }
        guard let id = request.sessionID ?? call.caller?.session else { throw WalletRefusal.because(.noSession) }
        try await database.transaction(before: call.deadline) { tx in
            guard var session = try SessionTable.find(id, of: user, tx)?.session else { return }
            session.end(now: tx.now)
            if try SessionTable.save(session, tx) { try ActionTable.append(call, tx) }
        }
        return SignOutReply()
    }
}
