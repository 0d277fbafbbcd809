import Database
import Kernel
import WalletDomain

/// Passes of users who have paid. A row is deleted when the waiting room has finished the pass.
enum PassTable {
    private enum Statements {
        static let columns: SQL = "user_id, payment_id, room_id, place_id, attempt, next_attempt"
        static let insert = RowsStatement(width: 6, row: { "(\($0))" }) { rows in
            "insert into pass_due (\(columns)) values \(rows)"
        }
        static let due: Statement =
            "select \(columns) from pass_due where next_attempt between $1 and $2 order by next_attempt limit $3"
        static let claimAttempt: Statement = """
            update pass_due set attempt = $3, next_attempt = $4
            where user_id = $1 and payment_id = $2 and next_attempt = $5
            """
        static let delete: Statement = "delete from pass_due where user_id = $1 and payment_id = $2"
    }

    struct Pass: Sendable {
        let user: UserID
        let payment: PaymentID
        let place: Payment.Place
        var attempt = 0
        var nextAttempt: Timestamp
    }

    static func insert(_ passes: [Pass], _ tx: Transaction) throws {
        try tx.executeAll(Statements.insert, passes) { binder, pass in
            binder.bind(
                pass.user, pass.payment, pass.place.room, pass.place.place, pass.attempt, pass.nextAttempt)
        }
    }

    /// Passes with their next attempt in these times, the earliest first.
    static func due(in times: ClosedRange<Timestamp>, limit: Int, _ reader: Reader) throws -> [Pass] {
        try reader.rows(Statements.due, { $0.bind(times.lowerBound, times.upperBound, limit) }) { row in
            Pass(
                user: try row.id(0), payment: try row.id(1),
                place: Payment.Place(room: try row.id(2), place: try row.id(3)), attempt: try row.int(4),
                nextAttempt: try row.timestamp(5))
        }
    }

    /// Returns 0 if another instance has claimed this attempt or the pass is finished, otherwise 1.
    static func claimAttempt(_ pass: Pass, dueAt was: Timestamp, _ tx: Transaction) throws -> PendingCount {
        try tx.pendingCount(Statements.claimAttempt) {
            $0.bind(pass.user, pass.payment, pass.attempt, pass.nextAttempt, was)
        }
    }

    static func delete(_ pass: Pass, _ tx: Transaction) throws {
        try tx.execute(Statements.delete) { $0.bind(pass.user, pass.payment) }
    }
}
