import Kernel

/// What people see of a user.
package struct UserProfile: Equatable, Sendable {
    package let user: UserID
    package let name: UserName
    /// Empty if the user gave none.
    package let displayName: String
    package let signedUpAt: Timestamp
    /// The latest change of the user or the password.
    package let changedAt: Timestamp

    package init(
        stored user: UserID, named name: UserName, displayName: String, signedUpAt: Timestamp, changedAt: Timestamp
    ) {
        self.user = user
        self.name = name
        self.displayName = displayName
        self.signedUpAt = signedUpAt
        self.changedAt = changedAt
    }
}
