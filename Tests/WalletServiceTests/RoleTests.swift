import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

/// The callers and duties of each method are in the contract.
@Suite struct RoleTests {
    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await TestService.with(.wallet, on: .memory, tls: .required) { wallet in
            let violations = try await wallet.violations(in: WalletMethods.service)
            #expect(violations.isEmpty)
        }
    }

    /// In the other services, such a credential is an expired one.
    @Test func `no method takes the credential of an ended session after its life`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            let session = try await wallet.signUp()
            _ = try await wallet.calls(session).signOut(SignOutRequest())
            await refused("SESSION_ENDED") { try await wallet.refresh(session) }
            wallet.clock.advance(by: .hours(1))
            let client = wallet.client(with: session.credential)
            for method in WalletMethods.service.methods {
                #expect(await client.isLetIn(to: method, []) == false, "\(method.name)")
            }
        }
    }

    /// Listed twice, so that a method does not become open by mistake.
    @Test func `few methods need no credential`() {
        #expect(WalletMethods.service.openMethods == ["CheckName", "Refresh", "SetPassword", "SignIn", "SignUp"])
    }
}
