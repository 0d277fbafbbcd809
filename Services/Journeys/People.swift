import Kernel
import RPC
import WalletAPI

/// Users and operators: their sessions, passwords and duties.
package struct People: Sendable {
    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    package func signUp(_ name: String, password: String) async throws -> StoredCredential {
        let request = SignUpRequest(name: name, password: password)
        let reply = try await caller.call(WalletMethods.signUp, request, requestID: caller.newRequestID())
        return StoredCredential(reply.session, name: name, .user)
    }

    /// Begins a session of the user, or of the operator.
    package func signIn(_ name: String, password: String, as role: Role) async throws -> StoredCredential {
        let request = SignInRequest(name: name, password: password, asOperator: role == .operator)
        return StoredCredential(try await caller.call(WalletMethods.signIn, request).session, name: name, role)
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
        _ = try await caller.call(WalletMethods.changePassword, request, requestID: caller.newRequestID())
    }

    package func resetPassword(of name: String) async throws -> ResetPasswordReply {
        try await caller.call(
            WalletMethods.resetPassword, ResetPasswordRequest(name: name), requestID: caller.newRequestID())
    }

    package func setPassword(of name: String, to new: String, code: String) async throws {
        let request = SetPasswordRequest(name: name, code: code, newPassword: new)
        _ = try await caller.call(WalletMethods.setPassword, request, requestID: caller.newRequestID())
    }

    package func grant(_ duty: Duties, to name: String) async throws -> OperatorLogin {
        let request = GrantDutyRequest(name: name, duty: duty.fields.first ?? .unspecified)
        return try await caller.call(WalletMethods.grantDuty, request, requestID: caller.newRequestID()).login
    }

    package func revoke(_ duty: Duties, from name: String) async throws -> OperatorLogin {
        let request = RevokeDutyRequest(name: name, duty: duty.fields.first ?? .unspecified)
        return try await caller.call(WalletMethods.revokeDuty, request, requestID: caller.newRequestID()).login
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
