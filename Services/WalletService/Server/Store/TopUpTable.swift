import Database
import Kernel
import WalletDomain

enum TopUpTable {
    static let columns: SQL = "request_id, user_id, amount, currency"

    private enum Statements {
        static let insert: Statement = "insert into top_up (\(columns)) values (\(1...4)) on conflict do nothing"
        static let find: Statement = "select \(columns) from top_up where user_id = $1 and request_id = $2"
    }

    /// Returns false if this request is already stored.
    static func insert(_ topUp: TopUp, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(topUp.id, topUp.user, topUp.amount.minorUnits, topUp.amount.currency.code)
        } == 1
    }

    static func find(_ id: RequestID, of user: UserID, _ reader: Reader) throws -> TopUp? {
        try reader.first(Statements.find, { $0.bind(user, id) }, map: topUp)
    }

    static func topUp(_ row: borrowing Row) throws -> TopUp {
        TopUp(stored: try row.id(0), for: try row.id(1), try row.money(2))
    }
}
