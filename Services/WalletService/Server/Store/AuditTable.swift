import Database
import Kernel
import WalletDomain

/// Reads all rows of a batch of users in a scan. They are of one moment if the engine has a common snapshot.
enum AuditTable {
    private enum Statements {
        static let users = ["account", "payment", "entry", "top_up"].map { (table: SQL) -> Statement in
            """
            select distinct user_id from \(table) where user_id > $1 and user_id <= $2 order by user_id limit $3
            """
        }
        static let entries: Statement =
            "select \(EntryTable.columns) from entry where user_id between $1 and $2 order by user_id, currency, serial"
        static let topUps: Statement = "select \(TopUpTable.columns) from top_up where user_id between $1 and $2"
        static let refunds: Statement = "select \(RefundTable.columns) from refund where user_id between $1 and $2"
        static let payments: Statement = "select \(PaymentTable.columns) from payment where user_id between $1 and $2"
        static let accounts: Statement = "select \(AccountTable.columns) from account where user_id between $1 and $2"
        static let owners = KeyedStatement(after: 0) { id in
            "select payment_id, user_id from payment_owner where payment_id = \(id)"
        }
    }

    private static let usersAtATime = 500

    /// Returns the range of the next users with rows. Nil if there are none.
    static func nextUsers(after user: UserID, _ reader: Reader) throws -> ClosedRange<UserID>? {
        let users = try self.users(after: user, upTo: .last, limit: usersAtATime, reader)
        guard let first = users.first, let last = users.last else { return nil }
        return first...last
    }

    /// All users with rows in a range that `nextUsers` returned. Few users were added since, so the list stays short.
    static func users(in range: ClosedRange<UserID>, _ reader: Reader) throws -> [UserID] {
        [range.lowerBound] + (try users(after: range.lowerBound, upTo: range.upperBound, limit: .max, reader))
    }

    private static func users(after user: UserID, upTo last: UserID, limit: Int, _ reader: Reader) throws -> [UserID] {
        let users = try Statements.users.flatMap { statement in
            try reader.rows(statement, { $0.bind(user, last, limit) }) { row -> UserID in try row.id(0) }
        }
        return Array(Set(users).sorted().prefix(limit))
    }

    static func add(_ users: ClosedRange<UserID>, to audit: inout LedgerAudit, _ reader: Reader) throws {
        let (first, last) = (users.lowerBound, users.upperBound)
        try reader.forEach(Statements.entries, { $0.bind(first, last) }) { row in audit.add(try EntryTable.entry(row)) }
        try reader.forEach(Statements.topUps, { $0.bind(first, last) }) { row in audit.add(try TopUpTable.topUp(row)) }
        try reader.forEach(Statements.refunds, { $0.bind(first, last) }) { row in
            audit.add(try RefundTable.refund(row))
        }
        let payments = try reader.rows(Statements.payments, { $0.bind(first, last) }, map: PaymentTable.payment)
        let owners = try owners(of: payments.map(\.id), reader)
        for payment in payments { audit.add(payment, ownedBy: owners[payment.id]) }
        try reader.forEach(Statements.accounts, { $0.bind(first, last) }) { row in
            audit.add(try AccountTable.account(row))
        }
        audit.endUsers()
    }

    /// Reads owners by key, because in distributed tables a payment and its owner are on different shards.
    private static func owners(of payments: [PaymentID], _ reader: Reader) throws -> [PaymentID: UserID] {
        let owners = try reader.rows(Statements.owners, keys: payments) { row -> (PaymentID, UserID) in
            (try row.id(0), try row.id(1))
        }
        return Dictionary(uniqueKeysWithValues: owners)
    }
}

extension UserID {
    fileprivate static let last = UserID(high: .max, low: .max)
}
