import Database
import Kernel
import RPC
import TestSupport
import WalletAPI

/// Sign-ups and sign-ins of users.
extension TestService {
    static let password = "correct horse"
    /// A password hash takes 0.1 s of an idle core, and much longer on a busy machine.
    private static let patience = Duration.minutes(1)

    func signUp(
        _ name: String = "alice", _ password: String = password, displayName: String = "", number: UInt64 = 1
    ) async throws -> Session {
        let request = SignUpRequest(name: name, password: password, displayName: displayName)
        let options = CallOptions(timeout: Self.patience, requestID: .numbered(number))
        return try await WalletClient(client(of: nil)).signUp(request, options).session
    }

    func signIn(
        _ name: String = "alice", _ password: String = password, asOperator: Bool = false, number: UInt64? = nil,
        instance: Int = 0
    ) async throws -> Session {
        let request = SignInRequest(name: name, password: password, asOperator: asOperator)
        let options = CallOptions(timeout: Self.patience, requestID: number.map { .numbered($0) })
        return try await WalletClient(client(of: nil, instance: instance)).signIn(request, options).session
    }

    /// Signs up a user with duties, and signs in as an operator.
    func hire(_ name: String, _ duties: Duty..., number: UInt64) async throws -> Session {
        _ = try await signUp(name, number: number)
        for duty in duties { _ = try await owner.grantDuty(GrantDutyRequest(name: name, duty: duty)) }
        return try await signIn(name, asOperator: true)
    }

    func refresh(_ session: Session) async throws -> Session {
        try await WalletClient(client(of: nil)).refresh(RefreshRequest(secret: session.secret)).session
    }

    /// Makes every network unknown.
    func forgetNetworks() async throws {
        try await instances[0].database.transaction { tx in try tx.execute("delete from known_network") }
    }

    /// An owner with a credential from the key file.
    var owner: WalletClient { WalletClient(client(of: .operator)) }

    /// Calls with the credential of a session.
    func calls(_ session: Session, instance: Int = 0) -> WalletClient {
        WalletClient(client(with: session.credential, instance: instance))
    }

    func options(_ number: UInt64) -> CallOptions {
        CallOptions(timeout: Self.patience, requestID: .numbered(number))
    }
}
