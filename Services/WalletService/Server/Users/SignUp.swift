import Database
import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    /// The user's id is made here and not by the caller: whoever could choose it could choose to be somebody else.
    func signUp(_ request: SignUpRequest, call: Call) async throws -> SignUpReply {
        let wish = try call.requestID
        let name = try UserName(request.name)
        try NewPassword.check(request.password)
        try throttle.admitSignUp(from: call.peer)
        let earlier = try await database.read(before: call.deadline) { try LoginTable.find(name, $0) }
        if let earlier { return try await answer(wish, request.password, of: earlier) }
        let login = LoginTable.Login(
            name: name, user: UserID.make(at: clock.now), request: wish,
            password: try await passwords.hash(request.password))
        let kept = try await database.transaction(before: call.deadline) { tx in
            if try LoginTable.insert(login, tx) { return login }
            guard let other = try LoginTable.find(name, tx) else { throw tx.conflict() }
            return other
        }
        return try await answer(wish, request.password, of: kept)
    }

    /// The retry of the request that made the login gets the same user; anybody else hears that the name is taken.
    private func answer(
        _ wish: RequestID, _ password: String, of login: LoginTable.Login
    ) async throws -> SignUpReply {
        guard login.request == wish, try await passwords.verify(password, against: login.password) else {
            throw WalletRefusal.nameTaken
        }
        return SignUpReply(session: sessions.begin(for: login.user))
    }
}
