import Database
import Kernel
import WalletDomain

/// For a scan: all rows of some users, as of one moment.
enum AuditTable {
    private static let usersAtATime = 500

    /// The next ones that have any row; nil where there are none.
    static func nextUsers(after user: UserID, _ reader: Reader) throws -> ClosedRange<UserID>? {
        let withAccounts = try reader.rows(
            "select distinct user_id from account where user_id > $1 order by user_id limit $2", user, usersAtATime
        ) { row -> UserID in try row.id(0) }
        let withPayments = try reader.rows(
            "select distinct user_id from payment where user_id > $1 order by user_id limit $2", user, usersAtATime
        ) { row -> UserID in try row.id(0) }
        let withEntries = try reader.rows(
            "select distinct user_id from entry where user_id > $1 order by user_id limit $2", user, usersAtATime
        ) { row -> UserID in try row.id(0) }
        let withTopUps = try reader.rows(
            "select distinct user_id from top_up where user_id > $1 order by user_id limit $2", user, usersAtATime
        ) { row -> UserID in try row.id(0) }
        let all = Set(withAccounts + withPayments + withEntries + withTopUps).sorted().prefix(usersAtATime)
        guard let first = all.first, let last = all.last else { return nil }
        return first...last
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
        // By key and not by a join: where the tables are distributed, the two rows lie on different shards.
        for payment in payments { audit.add(payment, ownedBy: try PaymentTable.owner(of: payment.id, reader)) }
        try reader.forEach(
            """
            select user_id, currency, available, pending, entries from account where user_id between $1 and $2
            """, first, last
        ) { row in audit.add(try AccountTable.account(row)) }
        audit.endUsers()
    }
}
