import Database
import Kernel
import WalletDomain

/// Halts of concerts because of broken invariants. A halted concert takes no new payments until an operator lifts the
/// halt. A lifted halt stays stored, so that the same payment does not halt the concert again.
enum HaltTable {
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
        let count = try tx.executeCounting(
            """
            insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, $4, $5)
            on conflict do nothing
            """, halt.concert, halt.payment, halt.user, halt.why, halt.at)
        return count == 1 ? halt : nil
    }

    static func isHalted(_ concert: ConcertID, _ reader: Reader) throws -> Bool {
        try reader.exists("select 1 from halted where concert_id = $1 and lifted_at is null", concert)
    }

    static func concertCount(_ reader: Reader) throws -> Int64 {
        try reader.first("select count(distinct concert_id) from halted where lifted_at is null") { row in
            try row.int64(0)
        } ?? 0
    }

    static func all(limit: Int, _ reader: Reader) throws -> [Halt] {
        try reader.rows(
            """
            select concert_id, payment_id, user_id, why, halted_at from halted where lifted_at is null
            order by concert_id, payment_id limit $1
            """, limit
        ) { row in
            Halt(
                concert: try row.id(0), payment: try row.id(1), user: try row.id(2), why: try row.text(3),
                at: try row.timestamp(4))
        }
    }

    /// Returns false if the concert was not halted.
    static func lift(_ concert: ConcertID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(
            "update halted set lifted_at = $2 where concert_id = $1 and lifted_at is null", concert, tx.now) > 0
    }
}
