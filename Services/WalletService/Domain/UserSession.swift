import Kernel

/// One sign-in of a user. Until it ends, its secret gives new credentials.
///
/// A session of a user ends 30 days after its last use, one of an operator 12 hours after it began.
package struct UserSession: Equatable, Sendable {
    package enum Kind: Int64, Sendable {
        case user = 1
        case `operator` = 2
    }

    /// Maximum of sessions of one user. The next one ends the one that was unused for longest.
    package static let maximumOfAUser = 50
    private static let lifetimeOfUnused = Duration.days(30)
    private static let lifetimeOfOperator = Duration.hours(12)
    /// A use is stored if the stored one is older than this, because a write for each refresh would load the database.
    private static let useInterval = Duration.hours(1)

    package let id: SessionID
    package let user: UserID
    package let name: UserName
    package let kind: Kind
    /// The address from which it began.
    package let address: String
    package let beganAt: Timestamp
    /// The last stored use.
    package private(set) var usedAt: Timestamp
    package private(set) var endsAt: Timestamp

    package init(
        stored id: SessionID, of user: UserID, named name: UserName, _ kind: Kind, from address: String,
        beganAt: Timestamp, usedAt: Timestamp, endsAt: Timestamp
    ) {
        self.id = id
        self.user = user
        self.name = name
        self.kind = kind
        self.address = address
        self.beganAt = beganAt
        self.usedAt = usedAt
        self.endsAt = endsAt
    }

    package init(
        _ id: SessionID, of user: UserID, named name: UserName, _ kind: Kind, from address: String, now: Timestamp
    ) {
        let lifetime = kind == .operator ? Self.lifetimeOfOperator : Self.lifetimeOfUnused
        self.init(
            stored: id, of: user, named: name, kind, from: address, beganAt: now, usedAt: now, endsAt: now + lifetime)
    }

    package func hasEnded(at now: Timestamp) -> Bool { endsAt <= now }

    /// True if `use` must be stored.
    package func mustStoreUse(at now: Timestamp) -> Bool { now >= usedAt + Self.useInterval }

    package mutating func use(now: Timestamp) {
        usedAt = now
        if kind == .user { endsAt = now + Self.lifetimeOfUnused }
    }

    /// Ends it. A session that has ended keeps its end.
    package mutating func end(now: Timestamp) {
        endsAt = min(endsAt, now)
    }
}
