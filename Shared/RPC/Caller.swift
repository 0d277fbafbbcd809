import Kernel

/// Who is calling, as a verified credential says.
package struct Caller: Equatable, Sendable {
    package let user: UserID
    package let role: Role
    package let expires: Timestamp

    package init(user: UserID, role: Role, expires: Timestamp) {
        self.user = user
        self.role = role
        self.expires = expires
    }
}
