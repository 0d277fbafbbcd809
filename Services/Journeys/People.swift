import Identity
import Kernel
import Messages
import RPC
import WalletAPI

/// Users and operators: their sessions, passwords and duties.
package struct People: Sendable {
    /// Maximum of puzzles that one call solves.
    private static let maximumPuzzles = 5
    /// Maximum of users that one call finds by their ids.
    private static let maximumFound = 100

    /// The origin of the solutions of puzzles.
    private enum Solver {
        case ownProcess
        case client(PuzzleSolution?)
    }

    private let caller: ServiceCaller
    private let solver: Solver

    package init(_ caller: ServiceCaller) {
        self.caller = caller
        solver = .ownProcess
    }

    /// For a server that calls for a client. It only passes on the solution of the client, because a crowd could otherwise
    /// use up its processors.
    package init(_ caller: ServiceCaller, solution: PuzzleSolution?) {
        self.caller = caller
        solver = .client(solution)
    }

    /// Repeating it under the same `requestID` returns the same user.
    package func signUp(
        _ name: String, password: String, displayName: String = "", requestID: RequestID? = nil
    ) async throws -> StoredCredential {
        let request = SignUpRequest(name: name, password: password, displayName: displayName)
        let reply = try await solving(
            WalletMethods.signUp, request, \.solution, requestID: requestID ?? caller.newRequestID())
        return StoredCredential(reply.session, name: name, .user)
    }

    /// Throws NAME_TAKEN if another user has the name. Returns also if the service cannot say, because signing up decides.
    package func checkName(_ name: String) async throws {
        do {
            _ = try await caller.call(WalletMethods.checkName, CheckNameRequest(name: name))
        } catch let failure as CallFailure
            // A service of an earlier version does not have the method.
            where failure.puzzle != nil || failure.isBecause(CallReason.methodUnknown)
        {}
    }

    /// Begins a session of the user, or of the operator.
    package func signIn(_ name: String, password: String, as role: Role) async throws -> StoredCredential {
        let request = SignInRequest(name: name, password: password, asOperator: role == .operator)
        let reply = try await solving(WalletMethods.signIn, request, \.solution)
        return StoredCredential(reply.session, name: name, role)
    }

    package func sessions() async throws -> [OpenSession] {
        try await caller.call(WalletMethods.listSessions, ListSessionsRequest()).sessions
    }

    /// Ends a session. Nil ends the one of the credential.
    package func signOut(_ session: SessionID?) async throws {
        _ = try await caller.call(WalletMethods.signOut, SignOutRequest(sessionID: session))
    }

    package func signOutEverywhere() async throws {
        _ = try await caller.call(WalletMethods.signOut, SignOutRequest(all: true))
    }

    package func changePassword(_ password: String, to new: String) async throws {
        let request = ChangePasswordRequest(password: password, newPassword: new)
        _ = try await solving(
            WalletMethods.changePassword, request, \.solution, requestID: caller.newRequestID())
    }

    package func resetPassword(of name: String) async throws -> ResetPasswordReply {
        try await caller.call(
            WalletMethods.resetPassword, ResetPasswordRequest(name: name), requestID: caller.newRequestID())
    }

    package func setPassword(of name: String, to new: String, code: String) async throws {
        let request = SetPasswordRequest(name: name, code: code, newPassword: new)
        _ = try await solving(WalletMethods.setPassword, request, \.solution, requestID: caller.newRequestID())
    }

    /// Calls a method that may demand a puzzle under load, and solves it. A harder one follows if the service is still busy.
    private func solving<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, _ solution: WritableKeyPath<Request, PuzzleSolution?>,
        requestID: RequestID? = nil
    ) async throws -> Reply {
        var request = request
        if case .client(let solved) = solver {
            request[keyPath: solution] = solved
            return try await caller.call(method, request, requestID: requestID)
        }
        for _ in 1...Self.maximumPuzzles {
            do {
                return try await caller.call(method, request, requestID: requestID)
            } catch let failure as CallFailure {
                guard let puzzle = failure.puzzle, puzzle.requiredBits <= Identity.Puzzle.maximumBits else {
                    throw failure
                }
                request[keyPath: solution] = PuzzleSolution(
                    challenge: puzzle.challenge, nonce: try await puzzle.solve())
            }
        }
        return try await caller.call(method, request, requestID: requestID)
    }

    package func grant(_ duty: Duties, to name: String) async throws -> OperatorLogin {
        let request = GrantDutyRequest(name: name, duty: duty.fields.first ?? .unspecified)
        return try await caller.call(WalletMethods.grantDuty, request, requestID: caller.newRequestID()).login
    }

    package func revoke(_ duty: Duties, from name: String) async throws -> OperatorLogin {
        let request = RevokeDutyRequest(name: name, duty: duty.fields.first ?? .unspecified)
        return try await caller.call(WalletMethods.revokeDuty, request, requestID: caller.newRequestID()).login
    }

    /// The caller, or as an operator the user with a name or an id.
    package func user(_ name: String? = nil) async throws -> User {
        let id = name.flatMap { UserID($0) }
        let request = ShowUserRequest(userID: id, name: id == nil ? name ?? "" : "")
        return try await caller.call(WalletMethods.showUser, request).user
    }

    /// The first users whose names begin with `prefix`, ordered by name.
    package func users(named prefix: String, limit: Int) async throws -> [User] {
        try await caller.allPages(upTo: limit) { last in
            let request = FindUsersRequest(namePrefix: prefix, afterName: last?.name ?? "")
            let page = try await caller.call(WalletMethods.findUsers, request)
            return (page.users, page.hasMore)
        }
    }

    /// The users with these ids. Leaves out unknown ones, and all if the wallet service is away, so that lists of other
    /// services can be shown without it.
    package func users(_ ids: [UserID]) async throws -> [UserID: User] {
        let ids = Array(Set(ids)).sorted()
        var users: [UserID: User] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.maximumFound) {
            let keys = ids[start...].prefix(Self.maximumFound).map { UserKey(userID: $0) }
            do {
                let found = try await caller.call(WalletMethods.findUsers, FindUsersRequest(users: keys)).users
                for user in found { users[user.userID] = user }
            } catch let failure as CallFailure where failure.outcome == .unavailable {
                return users
            }
        }
        return users
    }

    /// The users with duties, and those who had some.
    package func operators() async throws -> [OperatorLogin] {
        try await caller.allPages { last in
            let request = ListOperatorsRequest(afterUserID: last?.userID)
            let page = try await caller.call(WalletMethods.listOperators, request)
            return (page.operators, page.hasMore)
        }
    }
}

extension CallFailure {
    /// The puzzle of a failure PUZZLE_REQUIRED.
    package var puzzle: Identity.Puzzle? {
        failure.details.first { $0.type == WalletAPI.Puzzle.descriptor.name }
            .flatMap { try? WalletAPI.Puzzle(decoding: $0.value) }
            .map { Identity.Puzzle(challenge: $0.challenge, requiredBits: Int($0.bits)) }
    }
}

extension StoredCredential {
    fileprivate init(_ session: WalletAPI.Session, name: String, _ role: Role) {
        // A service of an earlier version has no sessions.
        let refresh = session.refreshAt.flatMap { refreshAt in
            session.endsAt.map { Session(secret: session.secret, refreshAt: refreshAt, endsAt: $0) }
        }
        self.init(
            name: name, role: role, user: session.userID, expiry: session.expiresAt, bytes: session.credential,
            session: refresh)
    }

    /// The next credential of the session. Nil if the credential has no session.
    package func refreshed(over connections: Connections, timeout: Duration) async throws -> StoredCredential? {
        guard let session else { return nil }
        let client = WalletClient(try connections.client(of: .wallet))
        do throws(RPCFailure) {
            let reply = try await client.refresh(
                RefreshRequest(secret: session.secret), CallOptions(timeout: timeout, credential: []))
            return StoredCredential(reply.session, name: name, role)
        } catch {
            throw CallFailure(error, of: .wallet)
        }
    }
}
