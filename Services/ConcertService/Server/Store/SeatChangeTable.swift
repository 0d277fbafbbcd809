import ConcertDomain
import Database
import Kernel

/// The progress of changes of many seats.
enum SeatChangeTable {
    private enum Statements {
        static let columns: SQL = "schedule_id, fingerprint, done, added, changed, kept"
        static let begin: Statement = """
            insert into seat_change (\(columns), concert_id, request_id)
            values ($3, $4, 0, 0, 0, 0, $1, $2) on conflict (concert_id, request_id) do nothing
            """
        static let find: Statement = "select \(columns) from seat_change where concert_id = $1 and request_id = $2"
        static let take: Statement =
            "update seat_change set done = $3 where concert_id = $1 and request_id = $2 and done = $4"
        static let count: Statement = """
            update seat_change set added = added + $3, changed = changed + $4, kept = kept + $5
            where concert_id = $1 and request_id = $2
            """
    }

    struct Progress: Sendable {
        let schedule: ScheduleID
        let fingerprint: Fingerprint
        let done: Int
        let tally: SeatChange.Tally
    }

    static func begin(_ change: SeatChange, of schedule: Schedule, _ tx: Transaction) throws {
        try tx.execute(Statements.begin) { $0.bind(schedule.concert, change.id, schedule.id, change.fingerprint.value) }
    }

    static func find(_ id: RequestID, in concert: ConcertID, _ reader: Reader) throws -> Progress? {
        try reader.first(Statements.find, { $0.bind(concert, id) }) { row in
            Progress(
                schedule: try row.id(0), fingerprint: Fingerprint(stored: try row.int64(1)), done: try row.int(2),
                tally: SeatChange.Tally(added: try row.int(3), changed: try row.int(4), kept: try row.int(5)))
        }
    }

    /// Claims the next batch for this transaction. If a duplicate of the request has claimed it, the closure runs
    /// again.
    static func take(
        upTo done: Int, after progress: Progress, of id: RequestID, in concert: ConcertID, _ tx: Transaction
    ) throws {
        try tx.executeOne(Statements.take) { $0.bind(concert, id, done, progress.done) }
    }

    static func count(_ tally: SeatChange.Tally, of id: RequestID, in concert: ConcertID, _ tx: Transaction) throws {
        try tx.execute(Statements.count) { $0.bind(concert, id, tally.added, tally.changed, tally.kept) }
    }
}
