import Database
import Kernel
import WalletDomain

/// Accounts, and the entries of each movement.
enum AccountTable {
    static let columns: SQL = "user_id, currency, available, pending, entries"

    private enum Statements {
        static let move: Statement = """
            update account set available = available + $3, pending = pending + $4, entries = entries + 1
            where user_id = $1 and currency = $2 and available + $3 >= 0 and pending + $4 >= 0
            returning available, pending, entries
            """
        static let topUp: Statement = """
            insert into account (\(columns)) values ($1, $2, $3, 0, 1) on conflict (user_id, currency) do update
            set available = account.available + excluded.available, entries = account.entries + 1
            where account.available + account.pending + excluded.available <= $4
            returning \(columns)
            """
        static let find: Statement = "select \(columns) from account where user_id = $1 and currency = $2"
        static let all: Statement = "select \(columns) from account where user_id = $1"
    }

    /// Moves money and writes the entry. Returns false and changes nothing if the account does not have the amount. All
    /// transactions that move money of this account write its row, so they run one after the other from here on.
    static func move(
        _ kind: Entry.Kind, _ amount: Money, of user: UserID, for cause: RequestID, _ tx: Transaction
    ) throws -> Bool {
        let moved = try tx.rows(
            Statements.move,
            {
                $0.bind(
                    user, amount.currency.code, kind.sign(on: .available) * amount.minorUnits,
                    kind.sign(on: .pending) * amount.minorUnits)
            }
        ) { row in (available: try row.int64(0), pending: try row.int64(1), serial: try row.int64(2)) }
        guard let after = moved.first else { return false }
        try EntryTable.insert(
            Entry(
                of: user, serial: after.serial, kind, amount, available: after.available, pending: after.pending,
                cause: cause, at: tx.now), tx)
        return true
    }

    /// Adds a top-up and writes its entry. Creates the account if there is none. Returns nil and changes nothing if the
    /// account would have more than `limit`.
    static func topUp(_ topUp: TopUp, limit: Int64, _ tx: Transaction) throws -> Account? {
        guard topUp.amount.minorUnits <= limit else { return nil }
        let accounts = try tx.rows(
            Statements.topUp, { $0.bind(topUp.user, topUp.amount.currency.code, topUp.amount.minorUnits, limit) },
            map: account)
        guard let account = accounts.first else { return nil }
        try EntryTable.insert(
            Entry(
                of: topUp.user, serial: account.entries, .topUp, topUp.amount, available: account.available,
                pending: account.pending, cause: topUp.id, at: tx.now), tx)
        return account
    }

    static func find(_ user: UserID, in currency: Currency, _ reader: Reader) throws -> Account? {
        try reader.first(Statements.find, { $0.bind(user, currency.code) }, map: account)
    }

    static func all(of user: UserID, _ reader: Reader) throws -> [Account] {
        try reader.rows(Statements.all, { $0.bind(user) }, map: account)
    }

    static func account(_ row: borrowing Row) throws -> Account {
        Account(
            of: try row.id(0), in: try row.currency(1), available: try row.int64(2), pending: try row.int64(3),
            entries: try row.int64(4))
    }
}
