import Database
import Kernel
import WalletDomain

/// Reads the rows of `LoginTable` without their passwords.
enum ProfileTable {
    private static let query: SQL = "select user_id, name, display_name, signed_up_at, changed_at from login"
    /// Sorts after every character of a name.
    private static let afterAllNames = "~"

    private enum Statements {
        static let find: Statement = "\(query) where user_id = $1"
        static let findNamed: Statement = "\(query) where name = $1"
        static let findAll = KeyedStatement(after: 0) { id in "\(query) where user_id = \(id)" }
        static let named: Statement = "\(query) where name >= $1 and name < $2 and name > $3 order by name limit $4"
    }

    static func find(_ user: UserID, _ reader: Reader) throws -> UserProfile? {
        try reader.first(Statements.find, { $0.bind(user) }, map: profile)
    }

    static func require(_ name: UserName, _ reader: Reader) throws -> UserProfile {
        let profile = try reader.first(Statements.findNamed, { $0.bind(name.text) }, map: profile)
        guard let profile else { throw WalletRefusal.because(.nameUnknown) }
        return profile
    }

    /// The profiles of those users who exist.
    static func find(_ users: [UserID], _ reader: Reader) throws -> [UserProfile] {
        try reader.rows(Statements.findAll, keys: Array(Set(users)), map: profile)
    }

    /// The users whose names begin with `prefix`, ordered by name.
    static func all(
        named prefix: String, after name: String, limit: Int, _ reader: Reader
    ) throws -> [UserProfile] {
        try reader.rows(
            Statements.named, { $0.bind(prefix, prefix + afterAllNames, name, limit) }, map: profile)
    }

    private static func profile(_ row: borrowing Row) throws -> UserProfile {
        let signedUpAt = try row.timestamp(3)
        return UserProfile(
            stored: try row.id(0), named: try UserName(try row.text(1)), displayName: try row.text(2),
            signedUpAt: signedUpAt, changedAt: try row.optionalTimestamp(4) ?? signedUpAt)
    }
}
