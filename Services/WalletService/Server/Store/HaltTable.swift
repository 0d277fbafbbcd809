import Database
import Kernel

/// Halts of concerts because of broken invariants. A halted concert takes no new payments until an operator lifts the
/// halt. A lifted halt stays stored, so that the same payment does not halt the concert again.
enum HaltTable {
    private enum Statements {
        static let columns: SQL = "concert_id, payment_id, user_id, why, halted_at"
        static let insert: Statement = "insert into halted (\(columns)) values (\(1...5)) on conflict do nothing"
        static let isHalted: Statement = "select 1 from halted where concert_id = $1 and lifted_at is null"
        static let concertCount: Statement = "select count(distinct concert_id) from halted where lifted_at is null"
        static let all: Statement =
            "select \(columns) from halted where lifted_at is null order by concert_id, payment_id limit $1"
        static let lift: Statement = "update halted set lifted_at = $2 where concert_id = $1 and lifted_at is null"
    }

    struct Halt: Sendable {
        let concert: ConcertID
        let payment: PaymentID
        let user: UserID
        let why: String
        let at: Timestamp
    }

    /// Returns the halt, or nil if this payment has halted the concert before.
    static func insert(
        _ why: String, _ payment: PaymentID, of user: UserID, for concert: ConcertID, _ tx: Transaction
    ) throws -> Halt? {
        let halt = Halt(concert: concert, payment: payment, user: user, why: why, at: tx.now)
        let count = try tx.executeCounting(Statements.insert) {
            $0.bind(halt.concert, halt.payment, halt.user, halt.why, halt.at)
        }
        return count == 1 ? halt : nil
    }

    /// A row if the concert is halted.
    static func pendingHalt(_ concert: ConcertID, _ reader: Reader) throws -> PendingRows<Bool> {
        try reader.pendingRows(Statements.isHalted, { $0.bind(concert) }) { _ in true }
    }

    static func concertCount(_ reader: Reader) throws -> Int64 {
        try reader.first(Statements.concertCount) { row in try row.int64(0) } ?? 0
    }

    static func all(limit: Int, _ reader: Reader) throws -> [Halt] {
        try reader.rows(Statements.all, { $0.bind(limit) }) { row in
            Halt(
                concert: try row.id(0), payment: try row.id(1), user: try row.id(2), why: try row.text(3),
                at: try row.timestamp(4))
        }
    }

    /// Returns false if the concert was not halted.
    static func lift(_ concert: ConcertID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.lift) { $0.bind(concert, tx.now) } > 0
    }
}
