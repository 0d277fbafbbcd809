import Database
import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    /// The service creates the user's id, because a caller who chose it could choose the id of another user.
    func signUp(_ request: SignUpRequest, call: Call) async throws -> SignUpReply {
        let id = try call.requestID
        let name = try UserName(request.name)
        try throttle.admitSignUp(from: call.peer)
        let earlier = try await database.read(before: call.deadline) { try LoginTable.find(name, $0) }
        if let earlier { return try await answer(id, request.password, of: earlier, call) }
        let login = LoginTable.Login(
            name: name, user: UserID.make(at: clock.now), request: id,
            password: try await passwords.hash(request.password))
        let kept = try await database.transaction(before: call.deadline) { tx in
            if try LoginTable.insert(login, tx) { return login }
            guard let other = try LoginTable.find(name, tx) else { throw tx.conflict() }
            return other
        }
        call.leavesTraces()
        return try await answer(id, request.password, of: kept, call)
    }

    /// Returns a session of the same user if the request created this login. Refuses every other request, because the
    /// name is taken.
    private func answer(
        _ id: RequestID, _ password: String, of login: LoginTable.Login, _ call: Call
    ) async throws -> SignUpReply {
        let isReset = try await database.read(before: call.deadline) { try PasswordTable.isReset(login.name, $0) }
        guard login.request == id, !isReset, try await passwords.verify(password, against: login.password) else {
            throw WalletRefusal.because(.nameTaken)
        }
        return SignUpReply(session: try await sessions.begin(.user, for: login.user, named: login.name, call))
    }
}
