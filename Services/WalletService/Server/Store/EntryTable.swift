import Database
import Kernel
import WalletDomain

extension Entry.Kind: Bindable {}

/// Movements of money. Rows are only inserted.
enum EntryTable {
    static let columns: SQL =
        "user_id, currency, serial, kind, amount, available, pending, cause, made_at, payment_id, reason"

    private enum Statements {
        static let insert = RowsStatement(width: 11, row: { "(\($0))" }) {
            "insert into entry (\(columns)) values \($0)"
        }
        static let all: Statement = """
            select \(columns) from entry
            where user_id = $1 and currency = $2 and serial < $3 order by serial desc limit $4
            """
    }

    static func insert(_ entries: [Entry], _ tx: Transaction) throws {
        try tx.executeAll(Statements.insert, entries) { binder, entry in
            binder.bind(
                entry.user, entry.amount.currency.code, entry.serial, entry.kind, entry.amount.minorUnits,
                entry.available, entry.pending, entry.cause
            ).bind(entry.at, entry.refund == nil ? nil : entry.payment, entry.refund == nil ? nil : entry.reason)
        }
    }

    /// Newest first.
    static func all(
        of user: UserID, in currency: Currency, before serial: Int64, limit: Int, _ reader: Reader
    ) throws -> [Entry] {
        try reader.rows(Statements.all, { $0.bind(user, currency.code, serial, limit) }, map: entry)
    }

    static func entry(_ row: borrowing Row) throws -> Entry {
        let kind: Entry.Kind = try row.value(3)
        let cause: RequestID = try row.id(7)
        return Entry(
            of: try row.id(0), serial: try row.int64(2), kind,
            Money(minorUnits: try row.int64(4), try row.currency(1)), available: try row.int64(5),
            pending: try row.int64(6), cause: cause, at: try row.timestamp(8),
            payment: try row.optionalID(9) ?? (kind == .topUp ? nil : PaymentID(of: cause)),
            reason: try row.optionalText(10) ?? "")
    }
}
