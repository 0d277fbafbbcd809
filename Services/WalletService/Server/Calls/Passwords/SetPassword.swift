import Database
import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    /// Checks the code before it hashes the new password, because a hash is expensive. The code is random, so the time
    /// of the check reveals at most that a name has no reset.
    func setPassword(_ request: SetPasswordRequest, call: Call) async throws -> SetPasswordReply {
        let id = try call.requestID
        let name = try UserName(request.name)
        let password = try await gate.admit(.guess(name), request.solution, from: .init(of: call)) { turn in
            try await database.read(before: call.deadline) { reader in
                _ = try Self.reset(of: name, with: request.code, by: id, reader)
            }
            return try await passwords.hash(request.newPassword, turn)
        }
        try await database.transaction(before: call.deadline) { tx in
            guard let reset = try Self.reset(of: name, with: request.code, by: id, tx) else { return }
            try PasswordTable.save(reset, tx)
            try LoginTable.setPassword(of: name, to: password, tx)
        }
        return SetPasswordReply()
    }

    /// The reset with the code used. Nil if this request has used it before.
    private static func reset(
        of name: UserName, with code: String, by id: RequestID, _ reader: Reader
    ) throws -> PasswordReset? {
        guard let (stored, digest) = try PasswordTable.find(name, reader), digest.isHash(of: Array(code.utf8)) else {
            throw WalletRefusal.because(.codeWrong)
        }
        var reset = stored
        return try reset.use(by: id, now: reader.now) ? reset : nil
    }
}
