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
        _ name: String = "alice", _ password: String = password, number: UInt64 = 1
    ) async throws -> Session {
        let request = SignUpRequest(name: name, password: password)
        let options = CallOptions(timeout: Self.patience, requestID: .numbered(number))
        return try await WalletClient(client(of: nil)).signUp(request, options).session
    }

    func signIn(_ name: String = "alice", _ password: String = password) async throws -> Session {
        let request = SignInRequest(name: name, password: password)
        let options = CallOptions(timeout: Self.patience)
        return try await WalletClient(client(of: nil)).signIn(request, options).session
    }
}
