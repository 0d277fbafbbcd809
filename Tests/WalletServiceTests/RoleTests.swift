import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

/// The callers and duties of each method are in the contract.
@Suite struct RoleTests {
    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            let violations = try await wallet.violations(in: WalletMethods.service)
            #expect(violations.isEmpty)
        }
    }

    /// Listed twice, so that a method does not become open by mistake.
    @Test func `few methods need no credential`() {
        #expect(WalletMethods.service.openMethods == ["CheckName", "Refresh", "SetPassword", "SignIn", "SignUp"])
    }
}
