import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

/// Each method in each role.
@Suite struct RoleTests {
    /// The expected callers. Empty: every caller.
    private static let callers: [String: Role] = [
        "SignUp": [],
        "SignIn": [],
        "ShowBalance": [.user],
        "TopUp": [.user, .operator],
        "ListEntries": [.user],
        "Pay": [.user],
        "ShowPayment": [.user],
        "CancelPayment": [.user],
        "ListPayments": [.user],
        "ListHalted": [.operator],
        "LiftHalt": [.operator],
        "Audit": [.operator],
    ]

    @Test func `each method accepts its roles and refuses all others`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            let violations = await wallet.violations(in: WalletMethods.service, whereCallersAre: Self.callers)
            #expect(violations.isEmpty)
        }
    }
}
