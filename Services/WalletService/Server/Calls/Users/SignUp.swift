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
        let login = try await gate.admit(.signUp, request.solution, from: .init(of: call)) { turn in
            let earlier = try await database.read(before: call.deadline) { try LoginTable.find(name, $0) }
            if let earlier { return try await matching(earlier, id, request, turn) }
            let login = LoginTable.Login(
                name: name, user: UserID.make(at: clock.now), request: id,
                password: try await passwords.hash(request.password, turn), displayName: request.displayName)
            let other = try await database.transaction(before: call.deadline) { tx -> LoginTable.Login? in
                if try LoginTable.insert(login, tx) { return nil }
                guard let other = try LoginTable.find(name, tx) else { throw tx.conflict() }
                return other
            }
            call.leavesTraces()
            return if let other { try await matching(other, id, request, turn) } else { login }
        }
        guard let session = try await sessions.begin(.user, for: login, call) else {
            throw WalletRefusal.because(.nameTaken)
        }
        return SignUpReply(session: session)
    }

    /// Returns the login if the request created it. Refuses every other request, because the name is taken.
    private func matching(
        _ login: LoginTable.Login, _ id: RequestID, _ request: SignUpRequest, _ turn: PasswordTurn
    ) async throws -> LoginTable.Login {
        guard login.request == id, login.displayName == request.displayName,
            try await passwords.verify(request.password, against: login.password, turn)
        else {
            throw WalletRefusal.because(.nameTaken)
        }
        return login
    }
}
