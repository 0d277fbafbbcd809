import Kernel
import RPC
import WalletAPI

/// The calls about sessions, passwords and duties of the user alice.
extension EveryCall {
    private static let name = "alice"
    private static let nextPassword = "battery staple"

    func changePeople(password: String) async throws {
        try await twice(
            WalletMethods.grantDuty, GrantDutyRequest(name: Self.name, duty: .sales), as: .operator)
        try await twice(WalletMethods.listOperators, ListOperatorsRequest(), as: .operator)
        try await twice(
            WalletMethods.revokeDuty, RevokeDutyRequest(name: Self.name, duty: .sales), as: .operator)
        let signIn = SignInRequest(name: Self.name, password: password)
        let session = try await twice(WalletMethods.signIn, signIn, as: nil).session
        try await twice(WalletMethods.refresh, RefreshRequest(secret: session.secret), as: nil)
        let alice = TestCaller(user: session.userID, role: .user)
        try await twice(WalletMethods.listSessions, ListSessionsRequest(), as: alice)
        let change = ChangePasswordRequest(password: password, newPassword: Self.nextPassword)
        try await twice(WalletMethods.changePassword, change, as: alice)
        try await twice(WalletMethods.signOut, SignOutRequest(all: true), as: alice)
        let reset = ResetPasswordRequest(name: Self.name)
        let code = try await twice(WalletMethods.resetPassword, reset, as: .operator).code
        let set = SetPasswordRequest(name: Self.name, code: code, newPassword: password)
        try await twice(WalletMethods.setPassword, set, as: nil)
        try await changeOwnLogin(password: password)
    }

    /// The calls of an operator that users can make, too.
    private func changeOwnLogin(password: String) async throws {
        try await twice(WalletMethods.checkName, CheckNameRequest(name: "olivia"), as: nil)
        let new = SignUpRequest(name: "olivia", password: password)
        let olivia = TestCaller(
            user: try await twice(WalletMethods.signUp, new, as: nil).session.userID, role: .operator)
        let change = ChangePasswordRequest(password: password, newPassword: Self.nextPassword)
        try await twice(WalletMethods.changePassword, change, as: olivia)
        try await twice(
            WalletMethods.signIn, SignInRequest(name: "olivia", password: Self.nextPassword), as: nil)
        try await twice(WalletMethods.signOut, SignOutRequest(all: true), as: olivia)
    }
}
