import Database
import Identity
import RPC
import Service
import WalletAPI
import WalletDomain

extension WalletServer {
    func changePassword(_ request: ChangePasswordRequest, call: Call) async throws -> ChangePasswordReply {
        let (id, user, kept) = (try call.requestID, try call.user, call.caller?.session)
        let found = try await database.read(before: call.deadline) { reader in
            try LoginTable.name(of: user, reader).flatMap { name in
                guard try !PasswordTable.isReset(name, reader) else { throw WalletRefusal.because(.passwordWrong) }
                return try LoginTable.find(name, reader).map { ($0, try PasswordTable.latestChange(of: name, reader)) }
            }
        }
        guard let (login, latest) = found else { throw WalletRefusal.because(.nameUnknown) }
        // Nil for a repeated request: the new password is the present one.
        let password = try await gate.admit(.guess(login.name), request.solution, from: .init(of: call)) { turn in
            if latest == id {
                guard try await passwords.verify(request.newPassword, against: login.password, turn) else {
                    throw WalletRefusal.requestIDReused
                }
                return nil as PasswordHash?
            }
            guard try await passwords.verify(request.password, against: login.password, turn) else {
                throw WalletRefusal.because(.passwordWrong)
            }
            return try await passwords.hash(request.newPassword, turn)
        }
        guard let password else { return ChangePasswordReply() }
        try await database.transaction(before: call.deadline) { tx in
            // Another change was faster. The present password is no longer the one of the request.
            guard try LoginTable.changePassword(of: login.name, from: login.password, to: password, tx) else {
                guard try PasswordTable.latestChange(of: login.name, tx) == id else {
                    throw WalletRefusal.because(.passwordWrong)
                }
                return
            }
            try PasswordTable.noteChange(of: login.name, by: id, tx)
            try SessionTable.endAll(of: user, but: kept, tx)
            try ActionTable.append(call, tx)
        }
        return ChangePasswordReply()
    }
}
