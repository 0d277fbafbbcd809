import Database
import Kernel
import QueueDomain

extension Place.State: Bindable {}

/// The rows of places. Every write except `renew` requires that the transaction has locked the room.
enum PlaceTable {
    private enum Statements {
        static let columns: SQL = """
            place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at, \
            lapses_at, ends_at, ended_at, reason
            """
        static let insertColumns: SQL = "room_id, place_id, user_id, serial, state, revision, joined_at, reason"
        /// The condition of an index.
        static let isLive: SQL = "state < \(Place.State.finished)"
        static let find: Statement = "select \(columns) from place where room_id = $1 and place_id = $2"
        static let findLive: Statement =
            "select \(columns) from place where room_id = $1 and user_id = $2 and \(isLive)"
        static let due: Statement =
            "select \(columns) from place where room_id = $1 and lapses_at <= $2 order by lapses_at limit $3"
        static let waiting: Statement = """
            select \(columns) from place where room_id = $1 and serial > $2 and state = \(Place.State.waiting)
            order by serial limit $3
            """
        static let live: Statement = "select \(columns) from place where room_id = $1 and \(isLive) limit $2"
        static let changes: Statement = """
            select \(columns) from place where room_id = $1 and revision > $2 and state > \(Place.State.waiting)
            order by revision limit $3
            """
        static let counts: Statement = "select state, count(*) from place where room_id = $1 group by state"
        static let waits: Statement = """
            select admitted_at - joined_at from place
            where room_id = $1 and serial <= $2 and admitted_at is not null order by serial desc limit $3
            """
        static let insert: Statement = """
            insert into place (\(insertColumns))
            values ($1, $2, $3, $4, \(Place.State.waiting), $5, $6, '') on conflict do nothing
            """
        static let insertMany: Statement =
            "insert into place (\(insertColumns)) values \(SQL.list(0..<manyCount, row)) on conflict do nothing"
        static let undoMany: Statement = "delete from place where room_id = $1 and serial >= $2"
        static let save: Statement = """
            update place set state = $3, revision = $4, admitted_at = $5, claimed_at = $6, renewed_at = $7,
                lapses_at = $8, ends_at = $9, ended_at = $10, reason = $11
            where room_id = $1 and serial = $2 and ($3 <> \(Place.State.lapsed) or lapses_at <= $10)
            """
        static let renew: Statement = """
            update place set renewed_at = $3, lapses_at = $4
            where room_id = $1 and serial = $2 and revision = $5 and ends_at = $6 and state = \(Place.State.active)
            """
        static let shiftDeadlines: Statement = """
            update place set lapses_at = lapses_at + $2, ends_at = ends_at + $2
            where room_id = $1 and lapses_at is not null
            """
    }

    /// A row of `insertMany`.
    private static func row(_ n: Int) -> SQL {
        "($1, $\(5 + 2 * n), $\(6 + 2 * n), $2 + \(n), \(Place.State.waiting), $3 + \(n), $4, '')"
    }

    static func find(_ id: PlaceID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(Statements.find, { $0.bind(room, id) }, map: place)
    }

    /// The place, if it belongs to `user`. Nil allows every user. A place of another user is reported as unknown.
    static func require(_ id: PlaceID, of user: UserID?, in room: RoomID, _ reader: Reader) throws -> Place {
        guard let place = try find(id, in: room, reader), user == nil || place.user == user else {
            throw QueueRefusal.placeUnknown
        }
        return place
    }

    static func findLive(of user: UserID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(Statements.findLive, { $0.bind(room, user) }, map: place)
    }

    static func due(in room: RoomID, at now: Timestamp, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(Statements.due, { $0.bind(room, now, limit) }, map: place)
    }

    static func waiting(in room: RoomID, after serial: Int64, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(Statements.waiting, { $0.bind(room, serial, limit) }, map: place)
    }

    static func live(in room: RoomID, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(Statements.live, { $0.bind(room, limit) }, map: place)
    }

    /// Places changed since `revision`, oldest change first, without those that only joined.
    static func changes(in room: RoomID, since revision: Int64, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(Statements.changes, { $0.bind(room, revision, limit) }, map: place)
    }

    static func counts(in room: RoomID, _ reader: Reader) throws -> [Place.State: Int64] {
        var counts: [Place.State: Int64] = [:]
        try reader.forEach(Statements.counts, { $0.bind(room) }) { row in counts[try row.value(0)] = try row.int64(1) }
        return counts
    }

    /// The waits of the last admitted places, in milliseconds.
    static func waits(
        in room: RoomID, upTo serial: Int64, limit: Int, _ reader: Reader
    ) throws -> [Int64] {
        try reader.rows(Statements.waits, { $0.bind(room, serial, limit) }) { row in max(0, try row.int64(0)) }
    }

    /// False if the user has a live place in the room or the id exists. The serial then stays free.
    static func insert(_ place: Place, in room: RoomID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(room, place.id, place.user, place.serial, place.revision, place.joinedAt)
        } == 1
    }

    /// The number of places that `insertMany` takes: the rows of its statement.
    static let manyCount = 16

    /// Inserts consecutive places at two thirds of the cost of single inserts. All or none: false if `insert` would
    /// refuse one of them.
    static func insertMany(_ places: [Place], in room: RoomID, _ tx: Transaction) throws -> Bool {
        precondition(places.count == manyCount)
        let first = places[0]
        let count = try tx.executeCounting(Statements.insertMany) { binder in
            binder.bind(room, first.serial, first.revision, first.joinedAt)
            for place in places { binder.bind(place.id, place.user) }
        }
        if count == places.count { return true }
        let undone = try tx.executeCounting(Statements.undoMany) { $0.bind(room, first.serial) }
        guard undone == count else { throw tx.conflict() }
        return false
    }

    /// Saves a place. A renewal since the read is possible, because it does not lock the room. It is lost if the place
    /// ends by its own step. A lapse requires that the place is still due; otherwise the closure runs again.
    static func save(_ place: Place, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                room, place.serial, place.state, place.revision, place.admittedAt, place.claimedAt, place.renewedAt,
                place.lapsesAt
            ).bind(place.endsAt, place.endedAt, place.reason)
        }
    }

    /// Renews a place without locking its room. If the place has changed since it was read, the closure runs again.
    static func renew(_ place: Place, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.renew) {
            $0.bind(room, place.serial, place.renewedAt, place.lapsesAt, place.revision, place.endsAt)
        }
    }

    /// Shifts the deadlines of all users inside.
    static func shiftDeadlines(in room: RoomID, by shift: Duration, _ tx: Transaction) throws {
        try tx.execute(Statements.shiftDeadlines) { $0.bind(room, shift.milliseconds) }
    }

    private static func place(_ row: borrowing Row) throws -> Place {
        try Place(
            stored: row.id(0), of: row.id(1), serial: row.int64(2),
            state: row.value(3), revision: row.int64(4),
            joinedAt: row.timestamp(5), admittedAt: row.optionalTimestamp(6), claimedAt: row.optionalTimestamp(7),
            renewedAt: row.optionalTimestamp(8), lapsesAt: row.optionalTimestamp(9), endsAt: row.optionalTimestamp(10),
            endedAt: row.optionalTimestamp(11), reason: row.text(12))
    }
}
