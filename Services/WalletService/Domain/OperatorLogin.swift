import Kernel

/// A user with duties, or one who had some.
package struct OperatorLogin: Equatable, Sendable {
    package let user: UserID
    package let name: UserName
    package private(set) var duties: Duties

    package init(_ user: UserID, named name: UserName, duties: Duties = []) {
        self.user = user
        self.name = name
        self.duties = duties
    }

    package mutating func grant(_ duty: Duties) {
        duties.formUnion(duty)
    }

    /// `ownerCount` includes this user. One owner always remains, because only owners grant duties.
    package mutating func revoke(_ duty: Duties, ownerCount: Int) throws(WalletRefusal) {
        guard !duties.isDisjoint(with: duty) else { return }
        guard duty != .owner || ownerCount > 1 else { throw .because(.lastOwner) }
        duties.subtract(duty)
    }
}
