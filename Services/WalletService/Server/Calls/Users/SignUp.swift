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
        let user = try await gate.admit(.signUp, request.solution, from: .init(of: call)) { turn in
            let earlier = try await database.read(before: call.deadline) { try LoginTable.find(name, $0) }
            if let earlier { return try await earlierUser(of: earlier, ifBy: id, request.password, turn, call) }
            let login = LoginTable.Login(
                name: name, user: UserID.make(at: clock.now), request: id,
                password: try await passwords.hash(request.password, turn))
            let other = try await database.transaction(before: call.deadline) { tx -> LoginTable.Login? in
                if try LoginTable.insert(login, tx) { return nil }
                guard let other = try LoginTable.find(name, tx) else { throw tx.conflict() }
                return other
            }
            call.leavesTraces()
            guard let other else { return login.user }
            return try await earlierUser(of: other, ifBy: id, request.password, turn, call)
        }
        return SignUpReply(session: try await sessions.begin(.user, for: user, named: name, call))
    }

    /// Returns the user if the request created this login. Refuses every other request, because the name is taken.
    private func earlierUser(
        of login: LoginTable.Login, ifBy id: RequestID, _ password: String, _ turn: PasswordTurn, _ call: Call
    ) async throws -> UserID {
        let isReset = try await database.read(before: call.deadline) { try PasswordTable.isReset(login.name, $0) }
        guard login.request == id, !isReset, try await passwords.verify(password, against: login.password, turn) else {
            throw WalletRefusal.because(.nameTaken)
        }
        return login.user
    }
}
