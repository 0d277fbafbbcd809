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
        // Nil for a repeated request.
        let password = try await gate.admit(.guess(name), request.solution, from: .init(of: call)) {
            turn -> PasswordHash? in
            let (isRepeated, present) = try await database.read(before: call.deadline) {
                reader -> (Bool, PasswordHash?) in
                let isRepeated = try Self.reset(of: name, with: request.code, by: id, reader) == nil
                let isLatest = try PasswordTable.latestChange(of: name, reader) == id
                return (isRepeated, isLatest ? try LoginTable.find(name, reader)?.password : nil)
            }
            guard isRepeated else { return try await passwords.hash(request.newPassword, turn) }
            // After a later change, nothing tells which password the request had.
            if let present, try await !passwords.verify(request.newPassword, against: present, turn) {
                throw WalletRefusal.requestIDReused
            }
            return nil
        }
        guard let password else { return SetPasswordReply() }
        try await database.transaction(before: call.deadline) { tx in
            guard let reset = try Self.reset(of: name, with: request.code, by: id, tx) else { return }
            try PasswordTable.save(reset, tx)
            try LoginTable.setPassword(of: name, to: password, tx)
            try PasswordTable.noteChange(of: name, by: id, tx)
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
