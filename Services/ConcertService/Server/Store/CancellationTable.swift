import ConcertDomain
import Database
import Kernel

/// The progress of cancelled dates. A date without a row is not cancelled.
enum CancellationTable {
    private enum Statements {
        static let columns: SQL = "concert_id, schedule_id, seats, holds, tickets, refunded, finished_at"
        static let insert: Statement =
            "insert into date_cancellation (\(columns), after) values ($1, $2, 0, 0, 0, 0, null, '')"
        static let find: Statement =
            "select \(columns) from date_cancellation where concert_id = $1 and schedule_id = $2"
        static let underWay: Statement =
            "select \(columns) from date_cancellation where finished_at is null limit $1"
        static let save: Statement = """
            update date_cancellation set seats = $3, holds = $4, tickets = $5, refunded = $6
            where concert_id = $1 and schedule_id = $2 and seats = $7 and finished_at is null
            """
        static let finish: Statement = """
            update date_cancellation set finished_at = $3
            where concert_id = $1 and schedule_id = $2 and finished_at is null
            """
    }

    struct Progress: Equatable, Sendable {
        let key: ScheduleKey
        var seats: Int64
        var holds: Int64
        var tickets: Int64
        /// In minor units of the concert's currency.
        var refunded: Int64
        let finishedAt: Timestamp?
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
                progress.key.concert, progress.key.schedule, progress.seats, progress.holds, progress.tickets,
                progress.refunded, old.seats)
        }
    }

    static func finish(_ key: ScheduleKey, _ tx: Transaction) throws {
        try tx.execute(Statements.finish) { $0.bind(key.concert, key.schedule, tx.now) }
    }

    private static func progress(_ row: borrowing Row) throws -> Progress {
        Progress(
            key: ScheduleKey(concert: try row.id(0), schedule: try row.id(1)), seats: try row.int64(2),
            holds: try row.int64(3), tickets: try row.int64(4), refunded: try row.int64(5),
            finishedAt: try row.optionalTimestamp(6))
    }
}
