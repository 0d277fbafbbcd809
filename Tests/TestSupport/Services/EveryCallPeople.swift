import Kernel
import RPC
import WalletAPI

/// The calls about sessions, passwords and duties of the user alice.
extension EveryCall {
    private static let name = "alice"
    private static let nextPassword = "battery staple"

    func changePeople(password: String) async throws {
        let owner = wallet(.operator)
        try await twice(WalletMethods.grantDuty) {
            try await owner.grantDuty(GrantDutyRequest(name: Self.name, duty: .sales), $0)
        }
        try await twice(WalletMethods.listOperators) { try await owner.listOperators(ListOperatorsRequest(), $0) }
        try await twice(WalletMethods.revokeDuty) {
            try await owner.revokeDuty(RevokeDutyRequest(name: Self.name, duty: .sales), $0)
        }
        let anyone = wallet(nil)
        let session = try await twice(WalletMethods.signIn) {
            try await anyone.signIn(SignInRequest(name: Self.name, password: password), $0)
        }.session
        try await twice(WalletMethods.refresh) {
            try await anyone.refresh(RefreshRequest(secret: session.secret), $0)
        }
        let alice = wallet(TestCaller(user: session.userID, role: .user))
        try await twice(WalletMethods.listSessions) { try await alice.listSessions(ListSessionsRequest(), $0) }
        try await twice(WalletMethods.changePassword) {
            try await alice.changePassword(
                ChangePasswordRequest(password: password, newPassword: Self.nextPassword), $0)
        }
        try await twice(WalletMethods.signOut) { try await alice.signOut(SignOutRequest(all: true), $0) }
        let code = try await twice(WalletMethods.resetPassword) {
            try await owner.resetPassword(ResetPasswordRequest(name: Self.name), $0)
        }.code
        try await twice(WalletMethods.setPassword) {
            try await anyone.setPassword(
                SetPasswordRequest(name: Self.name, code: code, newPassword: password), $0)
        }
    }
}
