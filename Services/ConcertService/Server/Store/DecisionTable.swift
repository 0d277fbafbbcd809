import ConcertDomain
import Database
import Kernel

enum DecisionTable {
    private enum Statements {
        static let columns: SQL = "payment_id, reservation_id, outcome, decided_at"
        /// The same condition as that of the partial index, so that queries use it.
        static let isAborted: SQL = "outcome <> \(confirmed)"
        static let insert = RowsStatement(after: 1, width: 4, row: { "(\($0), $1)" }) { rows in
            """
            insert into decision (\(columns), concert_id)
            values \(rows) on conflict (concert_id, payment_id) do nothing returning payment_id
            """
        }
        static let settle: Statement = "update decision set outcome = $3 where concert_id = $1 and payment_id = $2"
        static let find: Statement = "select \(columns) from decision where concert_id = $1 and payment_id = $2"
        static let aborted: Statement = """
            select \(columns), concert_id from decision
            where \(isAborted) and decided_at <= $1 and (decided_at, concert_id, payment_id) > ($2, $3, $4)
            order by decided_at, concert_id, payment_id limit $5
            """
        static let delete: Statement = "delete from decision where concert_id = $1 and payment_id = $2 and \(isAborted)"
    }

    /// The value of the column `outcome` for a sale. Other values are the reason of an abort.
    private static let confirmed = 0

    /// Inserts decisions about different payments. Writes only the decisions of payments that have none, and returns these
    /// payments. `settle` can change the outcome until the transaction commits.
    static func insert(
        _ decisions: [Decision], in concert: ConcertID, _ tx: Transaction
    ) throws -> [PendingRows<PaymentID>] {
        // In the order of the keys, so that two transactions cannot deadlock.
        try tx.pendingRows(
            Statements.insert, decisions.sorted { $0.payment < $1.payment }, { $0.bind(concert) },
            each: { $0.bind($1.payment, $1.reservation, number(of: $1.outcome), $1.at) }
        ) { row in try row.id(0) }
    }

    static func settle(_ decision: Decision, in concert: ConcertID, _ tx: Transaction) throws {
        try tx.execute(Statements.settle) { $0.bind(concert, decision.payment, number(of: decision.outcome)) }
    }

    static func find(_ payment: PaymentID, in concert: ConcertID, _ reader: Reader) throws -> Decision? {
        try reader.first(Statements.find, { $0.bind(concert, payment) }, map: decision)
    }

    struct Aborted: Sendable {
        let concert: ConcertID
        let decision: Decision
    }

    /// Returns aborted decisions up to `time` in a scan, oldest first, beginning after `last`.
    static func aborted(
        before time: Timestamp, after last: Aborted?, limit: Int, _ reader: Reader
    ) throws -> [Aborted] {
        try reader.rows(
            Statements.aborted,
            {
                $0.bind(
                    time, last?.decision.at ?? Timestamp(milliseconds: .min),
                    last?.concert ?? ConcertID(high: 0, low: 0), last?.decision.payment ?? PaymentID(high: 0, low: 0),
                    limit)
            }
        ) { row in Aborted(concert: try row.id(4), decision: try decision(row)) }
    }

    static func delete(_ payment: PaymentID, in concert: ConcertID, _ tx: Transaction) throws {
        try tx.execute(Statements.delete) { $0.bind(concert, payment) }
    }

    private static func decision(_ row: borrowing Row) throws -> Decision {
        let outcome = try row.int(2) == confirmed ? Decision.Outcome.confirmed : .aborted(try row.value(2))
        return Decision(try row.id(0), for: try row.id(1), outcome, at: try row.timestamp(3))
    }

    private static func number(of outcome: Decision.Outcome) -> Int {
        switch outcome {
        case .confirmed: confirmed
        case .aborted(let reason): reason.rawValue
        }
    }
}
