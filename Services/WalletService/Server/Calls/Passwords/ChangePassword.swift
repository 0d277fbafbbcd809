import Database
import Identity
import Kernel
import RPC
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
        if latest == id {
            // A repeated request: the new password is the present one.
            guard try await isPassword(request.newPassword, of: login, call) else {
                throw WalletRefusal.requestIDReused
            }
            return ChangePasswordReply()
        }
        guard try await isPassword(request.password, of: login, call) else {
            throw WalletRefusal.because(.passwordWrong)
        }
        let password = try await passwords.hash(request.newPassword)
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
        }
        return ChangePasswordReply()
    }

    /// Counts wrong passwords like those of sign-ins.
    private func isPassword(_ password: String, of login: LoginTable.Login, _ call: Call) async throws -> Bool {
        let attempt = try throttle.begin(login.name, from: call.peer)
        do {
            guard try await passwords.verify(password, against: login.password) else { return false }
        } catch {
            throttle.giveBack(attempt)
            throw error
        }
        throttle.giveBack(attempt)
        return true
    }
}
