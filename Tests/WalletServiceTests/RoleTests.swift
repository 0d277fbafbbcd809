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
        "Refresh": [],
        "SetPassword": [],
        "ListSessions": [.user, .operator],
        "SignOut": [.user, .operator],
        "ChangePassword": [.user, .operator],
        "ResetPassword": [.operator],
        "GrantDuty": [.operator],
        "RevokeDuty": [.operator],
        "ListOperators": [.operator],
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

    /// The duties that suffice for operators, beside that of an owner.
    private static let duties: [String: Duties] = [
        "TopUp": [.sales],
        "ListHalted": [.sales, .read],
        "LiftHalt": [.owner],
        "Audit": [.read],
        "ListSessions": [.sales, .gate, .read],
        "SignOut": [.sales, .gate, .read],
        "ChangePassword": [.sales, .gate, .read],
        "ResetPassword": [.owner],
        "GrantDuty": [.owner],
        "RevokeDuty": [.owner],
        "ListOperators": [.read],
    ]

    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            let violations = try await wallet.violations(
                in: WalletMethods.service, whereCallersAre: Self.callers, withDuties: Self.duties)
            #expect(violations.isEmpty)
        }
    }
}
