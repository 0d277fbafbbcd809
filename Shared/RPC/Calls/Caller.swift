import Kernel

/// The user and role of a verified credential.
package struct Caller: Equatable, Sendable {
    package let user: UserID
    package let role: Role

    package init(user: UserID, role: Role) {
        self.user = user
        self.role = role
    }
}
