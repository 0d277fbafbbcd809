import Database
import Kernel
import WalletDomain

/// Reads all rows of a batch of users in a scan: as of one moment, if the engine has a common snapshot.
enum AuditTable {
    private static let usersAtATime = 500

    /// The number of payments whose owners one statement reads: the number of its parameters.
    private static let ownersAtATime = 32

    /// Returns the range of the next users with rows. Nil if there are none.
    static func nextUsers(after user: UserID, _ reader: Reader) throws -> ClosedRange<UserID>? {
        let users = try self.users(after: user, upTo: .last, limit: usersAtATime, reader)
        guard let first = users.first, let last = users.last else { return nil }
        return first...last
    }

    /// All users with rows in a range that `nextUsers` returned. Few of them are new since then.
    static func users(in range: ClosedRange<UserID>, _ reader: Reader) throws -> [UserID] {
        [range.lowerBound] + (try users(after: range.lowerBound, upTo: range.upperBound, limit: .max, reader))
    }

    private static func users(
        after user: UserID, upTo last: UserID, limit: Int, _ reader: Reader
    ) throws -> [UserID] {
        let withAccounts = try reader.rows(
            """
            select distinct user_id from account where user_id > $1 and user_id <= $2 order by user_id limit $3
            """, user, last, limit
        ) { row -> UserID in try row.id(0) }
        let withPayments = try reader.rows(
            """
            select distinct user_id from payment where user_id > $1 and user_id <= $2 order by user_id limit $3
            """, user, last, limit
        ) { row -> UserID in try row.id(0) }
        let withEntries = try reader.rows(
            "select distinct user_id from entry where user_id > $1 and user_id <= $2 order by user_id limit $3", user,
            last, limit
        ) { row -> UserID in try row.id(0) }
        let withTopUps = try reader.rows(
            """
            select distinct user_id from top_up where user_id > $1 and user_id <= $2 order by user_id limit $3
            """, user, last, limit
        ) { row -> UserID in try row.id(0) }
        return Array(Set(withAccounts + withPayments + withEntries + withTopUps).sorted().prefix(limit))
    }

    static func add(_ users: ClosedRange<UserID>, to audit: inout LedgerAudit, _ reader: Reader) throws {
        let (first, last) = (users.lowerBound, users.upperBound)
        try reader.forEach(
            """
            select user_id, currency, serial, kind, amount, available, pending, cause, made_at from entry
            where user_id between $1 and $2 order by user_id, currency, serial
            """, first, last
        ) { row in audit.add(try EntryTable.entry(row)) }
        try reader.forEach(
            "select request_id, user_id, amount, currency from top_up where user_id between $1 and $2", first, last
        ) { row in audit.add(try TopUpTable.topUp(row)) }
        let payments = try reader.rows(
            """
            select user_id, payment_id, concert_id, reservation_id, amount, currency, begun_at, state, reason,
                wants_abort, attempt, next_attempt, decided_at, refund_id, refunded_at
            from payment where user_id between $1 and $2
            """, first, last, map: PaymentTable.payment)
        let owners = try owners(of: payments.map(\.id), reader)
        for payment in payments { audit.add(payment, ownedBy: owners[payment.id]) }
        try reader.forEach(
            """
            select user_id, currency, available, pending, entries from account where user_id between $1 and $2
            """, first, last
        ) { row in audit.add(try AccountTable.account(row)) }
        audit.endUsers()
    }

    /// Reads owners by key and not by a join, because in distributed tables a payment and its owner are on different
    /// shards.
    private static func owners(of payments: [PaymentID], _ reader: Reader) throws -> [PaymentID: UserID] {
        var owners: [PaymentID: UserID] = [:]
        for start in stride(from: 0, to: payments.count, by: ownersAtATime) {
            let some = payments[start...].prefix(ownersAtATime)
            let parameters: [any Bindable] =
                Array(some) + Array(repeating: some[start], count: ownersAtATime - some.count)
            let found = try reader.rows(
                """
                select payment_id, user_id from payment_owner where payment_id in (
                    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)
                """, parameters
            ) { row -> (PaymentID, UserID) in (try row.id(0), try row.id(1)) }
            owners.merge(found) { first, _ in first }
        }
        return owners
    }
}

extension UserID {
    fileprivate static let last = UserID(high: .max, low: .max)
}
