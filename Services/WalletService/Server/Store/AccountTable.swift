import Database
import Kernel
import WalletDomain

/// Accounts, and the entries of each movement.
enum AccountTable {
    static let columns: SQL = "user_id, currency, available, pending, entries"

    /// A query of no row, by a random key.
    static let probe: Statement = "select 1 from account where user_id = $1"

    private enum Statements {
        static let move = RowUpdate(
            """
            update account set available = available + $3, pending = pending + $4, entries = entries + 1
            where user_id = $1 and currency = $2 and available + $3 >= 0 and pending + $4 >= 0
            """, returning: "available, pending, entries", of: "account where user_id = $1 and currency = $2")
        static let topUp: Statement = """
            insert into account (\(columns)) values ($1, $2, $3, 0, 1) on conflict (user_id, currency) do update
            set available = account.available + excluded.available, entries = account.entries + 1
            where account.available + account.pending + excluded.available <= $4
            returning \(columns)
            """
        static let find: Statement = "select \(columns) from account where user_id = $1 and currency = $2"
        static let all: Statement = "select \(columns) from account where user_id = $1 order by currency"
        static let times: Statement = """
            select made_at from entry where user_id = $1 and currency = $2 and serial in (1, $3)
            """
    }

    /// One movement of a user's money.
    struct Movement {
        let kind: Entry.Kind
        let amount: Money
        let user: UserID
        let payment: PaymentID
        /// Set if the movement is a refund.
        let refund: RefundDue?

        init(_ kind: Entry.Kind, _ amount: Money, of payment: Payment) {
            (self.kind, self.amount, self.user) = (kind, amount, payment.user)
            (self.payment, self.refund) = (payment.id, nil)
        }

        init(_ refund: RefundDue) {
            (self.kind, self.amount, self.user) = (.refund, refund.amount, refund.user)
            (self.payment, self.refund) = (refund.payment, refund)
        }
    }

    static func move(_ movement: Movement, _ tx: Transaction) throws -> Bool { try move([movement], tx)[0] }

    /// Moves money and writes the entries. Returns false for a movement if the account does not have the amount, which
    /// changes nothing. All transactions that move money of an account write its row, so from here on they run one by
    /// one.
    static func move(_ movements: [Movement], _ tx: Transaction) throws -> [Bool] {
        // In the order of the keys, so that two transactions cannot deadlock.
        let order = movements.indices.sorted { movements[$0].precedes(movements[$1]) }
        let pending = try order.map { index in (index: index, after: try send(movements[index], tx)) }
        var entries: [Entry] = []
        var isMoved = movements.map { _ in false }
        for (index, after) in pending {
            guard let entry = try after.first() else { continue }
            entries.append(entry)
            isMoved[index] = true
        }
        try EntryTable.insert(entries, tx)
        return isMoved
    }

    /// Moves the money. Returns the entry to write.
    private static func send(_ movement: Movement, _ tx: Transaction) throws -> PendingRows<Entry> {
        let (kind, amount) = (movement.kind, movement.amount)
        return try tx.pendingRow(
            Statements.move, key: { $0.bind(movement.user, amount.currency.code) },
            {
                $0.bind(
                    kind.sign(on: .available) * amount.minorUnits, kind.sign(on: .pending) * amount.minorUnits)
            }
        ) { [now = tx.now] row in
            Entry(
                of: movement.user, serial: try row.int64(2), kind, amount, available: try row.int64(0),
                pending: try row.int64(1),
                cause: movement.refund.map { RequestID(of: $0.id) } ?? RequestID(of: movement.payment), at: now,
                payment: movement.payment, reason: movement.refund?.reason ?? "")
        }
    }

    /// Adds a top-up and writes its entry. Creates the account if there is none. Returns nil and changes nothing if the
    /// account would have more than `limit`.
    static func topUp(_ topUp: TopUp, limit: Int64, _ tx: Transaction) throws -> Account? {
        guard topUp.amount.minorUnits <= limit else { return nil }
        let accounts = try tx.rows(
            Statements.topUp, { $0.bind(topUp.user, topUp.amount.currency.code, topUp.amount.minorUnits, limit) },
            map: account)
        guard let account = accounts.first else { return nil }
        let entry = Entry(
            of: topUp.user, serial: account.entries, .topUp, topUp.amount, available: account.available,
            pending: account.pending, cause: topUp.id, at: tx.now, payment: nil)
        try EntryTable.insert([entry], tx)
        return account
    }

    static func find(_ user: UserID, in currency: Currency, _ reader: Reader) throws -> Account? {
        try reader.first(Statements.find, { $0.bind(user, currency.code) }, map: account)
    }

    static func pending(_ user: UserID, in currency: Currency, _ reader: Reader) throws -> PendingRows<Account> {
        try reader.pendingRows(Statements.find, { $0.bind(user, currency.code) }, map: account)
    }

    static func all(of user: UserID, _ reader: Reader) throws -> [Account] {
        try reader.rows(Statements.all, { $0.bind(user) }, map: account)
    }

    /// The times of the account's first and latest entry.
    static func times(of account: Account, _ reader: Reader) throws -> (createdAt: Timestamp?, updatedAt: Timestamp?) {
        let times = try reader.rows(
            Statements.times, { $0.bind(account.user, account.currency.code, account.entries) }
        ) { row in try row.timestamp(0) }
        return (times.min(), times.max())
    }

    static func account(_ row: borrowing Row) throws -> Account {
        Account(
            of: try row.id(0), in: try row.currency(1), available: try row.int64(2), pending: try row.int64(3),
            entries: try row.int64(4))
    }
}

extension AccountTable.Movement {
    fileprivate func precedes(_ other: Self) -> Bool {
        (user, amount.currency.code) < (other.user, other.amount.currency.code)
    }
}
