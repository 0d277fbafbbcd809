import ConcertDomain
import Database
import Kernel

/// The progress of cancelled dates. A date without a row is not cancelled.
enum CancellationTable {
    private enum Statements {
        static let columns: SQL = "concert_id, schedule_id, after, seats, holds, tickets, refunded, finished_at"
        static let insert: Statement =
            "insert into date_cancellation (\(columns)) values ($1, $2, '', 0, 0, 0, 0, null)"
        static let find: Statement =
            "select \(columns) from date_cancellation where concert_id = $1 and schedule_id = $2"
        static let underWay: Statement =
            "select \(columns) from date_cancellation where finished_at is null limit $1"
        static let save: Statement = """
            update date_cancellation
            set after = $3, seats = $4, holds = $5, tickets = $6, refunded = $7, finished_at = $8
            where concert_id = $1 and schedule_id = $2 and after = $9 and seats = $10 and finished_at is null
            """
    }

    struct Progress: Equatable, Sendable {
        let key: ScheduleKey
        var after: String
        var seats: Int64
        var holds: Int64
        var tickets: Int64
        /// In minor units of the concert's currency.
        var refunded: Int64
        var finishedAt: Timestamp?
    }

    static func insert(_ key: ScheduleKey, _ tx: Transaction) throws {
        try tx.execute(Statements.insert) { $0.bind(key.concert, key.schedule) }
    }

    static func find(_ key: ScheduleKey, _ reader: Reader) throws -> Progress? {
        try reader.first(Statements.find, { $0.bind(key.concert, key.schedule) }, map: progress)
    }

    static func underWay(limit: Int, _ reader: Reader) throws -> [Progress] {
        try reader.rows(Statements.underWay, { $0.bind(limit) }, map: progress)
    }

    /// Conflicts if another instance has continued since `old`.
    static func save(_ progress: Progress, was old: Progress, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                progress.key.concert, progress.key.schedule, progress.after, progress.seats, progress.holds,
                progress.tickets, progress.refunded, progress.finishedAt
            ).bind(old.after, old.seats)
        }
    }

    private static func progress(_ row: borrowing Row) throws -> Progress {
        Progress(
            key: ScheduleKey(concert: try row.id(0), schedule: try row.id(1)), after: try row.text(2),
            seats: try row.int64(3), holds: try row.int64(4), tickets: try row.int64(5), refunded: try row.int64(6),
            finishedAt: try row.optionalTimestamp(7))
    }
}
