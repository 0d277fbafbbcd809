import Kernel

/// A password that an owner invalidated. Its code sets a new one, once and within a day.
package struct PasswordReset: Equatable, Sendable {
    package static let lifetime = Duration.days(1)

    /// The request of the owner.
    package let id: RequestID
    package let name: UserName
    package let endsAt: Timestamp
    /// The request that used the code. Nil while the code is unused: then no password is valid.
    package private(set) var usedBy: RequestID?

    package init(stored id: RequestID, of name: UserName, endsAt: Timestamp, usedBy: RequestID?) {
        self.id = id
        self.name = name
        self.endsAt = endsAt
        self.usedBy = usedBy
    }

    package init(_ id: RequestID, of name: UserName, now: Timestamp) {
        self.init(stored: id, of: name, endsAt: now + Self.lifetime, usedBy: nil)
    }

    /// Returns false if this request has used the code before.
    package mutating func use(by request: RequestID, now: Timestamp) throws(WalletRefusal) -> Bool {
        if usedBy == request { return false }
        guard usedBy == nil, now < endsAt else { throw .because(.codeWrong) }
        usedBy = request
        return true
    }
}
