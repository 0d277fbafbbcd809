import Database
import Kernel
import WalletDomain

enum TopUpTable {
    /// Returns false if this request is already stored.
    static func insert(_ topUp: TopUp, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(
            """
            insert into top_up (user_id, request_id, amount, currency) values ($1, $2, $3, $4) on conflict do nothing
            """, topUp.user, topUp.id, topUp.amount.minorUnits, topUp.amount.currency.code) == 1
    }

    static func find(_ id: RequestID, of user: UserID, _ reader: Reader) throws -> TopUp? {
        try reader.first(
            "select request_id, user_id, amount, currency from top_up where user_id = $1 and request_id = $2", user, id,
            map: topUp)
    }

    static func topUp(_ row: borrowing Row) throws -> TopUp {
        TopUp(stored: try row.id(0), for: try row.id(1), try row.money(2))
    }
}
