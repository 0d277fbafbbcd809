import Database
import Identity
import RPC
import Service
import WalletAPI
import WalletDomain

extension WalletServer {
    func resetPassword(_ request: ResetPasswordRequest, call: Call) async throws -> ResetPasswordReply {
        let id = try call.requestID
        let name = try UserName(request.name)
        return try await database.transaction(before: call.deadline) { [secrets] tx in
            try Self.checkOwner(call, tx)
            guard let login = try LoginTable.find(name, tx) else { throw WalletRefusal.because(.nameUnknown) }
            // A sign-in with the present password either ends before, with its session, or finds the reset.
            guard try LoginTable.hold(login, tx) else { throw tx.conflict() }
            let code = secrets.code(of: id, for: login.user)
            if let earlier = try PasswordTable.find(name, tx)?.reset, earlier.id == id {
                return ResetPasswordReply(code: code, expiresAt: earlier.endsAt)
            }
            let reset = PasswordReset(id, of: name, now: tx.now)
            guard try PasswordTable.insert(reset, code: Digest(of: Array(code.utf8)), tx) else { throw tx.conflict() }
            try SessionTable.endAll(of: login.user, but: nil, tx)
            try ActionTable.append(call, tx)
            return ResetPasswordReply(code: code, expiresAt: reset.endsAt)
        }
    }
}
