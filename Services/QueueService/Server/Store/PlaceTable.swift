import Database
import Kernel
import QueueDomain

extension Place.State: Bindable {}

/// A place, or the error of a row that cannot be read. Such a row fails only the calls for its own place.
typealias PlaceRow = Result<Place, any Error>

extension Sequence<PlaceRow> {
    /// The places whose rows can be read.
    var readable: [Place] { compactMap { try? $0.get() } }

    /// The first error of a row that cannot be read.
    var damage: (any Error)? {
        for case .failure(let error) in self { return error }
        return nil
    }
}

/// The rows of places. Every write except `renew` requires that the transaction has locked the room.
///
/// A transaction writes places in the order of their serials, so that two of them do not deadlock.
enum PlaceTable {
    private enum Statements {
        static let columns: SQL = """
            place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at, \
            lapses_at, ends_at, ended_at, reason
            """
        static let insertColumns: SQL =
            "room_id, place_id, user_id, serial, state, revision, joined_at, admitted_at, lapses_at, reason"
        /// The condition of an index.
        static let isLive: SQL = "state < \(Place.State.finished)"
        static let find: Statement = "\(PlaceTable.query(ofID: "$2"))"
        static let findByID = KeyedStatement(after: 1, PlaceTable.query)
        static let findBySerial = KeyedStatement(after: 1) { serial in
            "select \(columns) from place where room_id = $1 and serial = \(serial)"
        }
        static let findLive: Statement =
            "select \(columns) from place where room_id = $1 and user_id = $2 and \(isLive)"
        static let due: Statement =
            "select \(columns) from place where room_id = $1 and lapses_at <= $2 order by lapses_at limit $3"
        static let waiting: Statement = """
            select \(columns) from place where room_id = $1 and serial > $2 and state = \(Place.State.waiting)
            order by serial limit $3
            """
        static let live: Statement = "\(PlaceTable.queryOfLive) limit $2"
        /// The condition of an index. A purchase ends its place as FINISHED.
        static let hasEnded: SQL = "state > \(Place.State.finished)"
        static let ended: Statement = """
            select \(columns) from place where room_id = $1 and revision > $2 and \(hasEnded) order by revision limit $3
            """
        static let gone: Statement = """
            select \(columns) from place where room_id = $1 and revision > $2 and \(hasEnded) and admitted_at is null
            order by revision limit $3
            """
        static let all: Statement =
            "select \(columns) from place where room_id = $1 and serial > $2 order by serial limit $3"
        static let liveOfUser = KeyedStatement(after: 1) { room in
            "select \(columns), room_id from place where room_id = \(room) and user_id = $1 and \(isLive)"
        }
        /// The condition of an index.
        static let isPast: SQL = "state > \(Place.State.active)"
        static let pastOfUser: Statement = """
            select \(columns), room_id from place
            where user_id = $1 and \(isPast) and joined_at <= $2 and (joined_at, room_id, serial) < ($2, $3, $4)
            order by joined_at desc, room_id desc, serial desc limit $5
            """
        static let waits: Statement = """
            select admitted_at - joined_at from place
            where room_id = $1 and serial <= $2 and admitted_at is not null order by serial desc limit $3
            """
        static let sizes = [16, 8, 4, 2, 1]
        /// Statements for 16, 8, 4, 2 and 1 places.
        static let inserts = sizes.map { count in
            let rows = SQL.list(0..<count, row)
            return (
                count: count,
                statement: "insert into place (\(insertColumns)) values \(rows) on conflict do nothing" as Statement
            )
        }
        static let undoInsert: Statement = "delete from place where room_id = $1 and serial >= $2"
        static let save: Statement = """
            update place set state = $3, revision = $4, admitted_at = $5, claimed_at = $6, renewed_at = $7,
                lapses_at = $8, ends_at = $9, ended_at = $10, reason = $11
            where room_id = $1 and serial = $2 and state = $12
                and ($3 <> \(Place.State.lapsed) or lapses_at <= $10)
            """
        /// True if another renewal, since the read, has set a later deadline.
        static let wasRenewedLonger: SQL = "lapses_at <> $10 and lapses_at > $5"
        /// A claimed place has a hard limit. A shift of the deadlines moves it, and the ready time of an admitted place.
        static let renew: Statement = """
            update place set state = \(Place.State.active), claimed_at = $3, ends_at = $6,
                renewed_at = case when \(wasRenewedLonger) then renewed_at else $4 end,
                lapses_at = case when \(wasRenewedLonger) then lapses_at else $5 end
            where room_id = $1 and serial = $2 and revision = $7 and state = $8
                and coalesce(ends_at, lapses_at) is not distinct from $9
            """
        static let shiftDeadlines: Statement = """
            update place set lapses_at = lapses_at + $2, ends_at = ends_at + $2
            where room_id = $1 and lapses_at is not null
            """
    }

    /// A row of an insert.
    private static func row(_ n: Int) -> SQL {
        "($1, $\(8 + 2 * n), $\(9 + 2 * n), $2 + \(n), $5, $3 + \(n), $4, $6, $7, '')"
    }

    /// Without the order, SQLite reads all places of the room, also those that have ended.
    static let queryOfLive: SQL =
        "select \(Statements.columns) from place where room_id = $1 and \(Statements.isLive) order by user_id"

    static func query(ofID id: SQL) -> SQL {
        "select \(Statements.columns) from place where room_id = $1 and place_id = \(id)"
    }

    static func find(_ id: PlaceID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(Statements.find, { $0.bind(room, id) }, map: place)
    }

    static func find(_ ids: [PlaceID], in room: RoomID, _ reader: Reader) throws -> [PlaceID: PlaceRow] {
        let rows = try reader.rows(Statements.findByID, keys: ids, { $0.bind(room) }) { row in
            (try row.id(0, as: Identified.Place.self), read(row))
        }
        return Dictionary(rows) { first, _ in first }
    }

    static func find(serials: [Int64], in room: RoomID, _ reader: Reader) throws -> [PlaceRow] {
        try reader.rows(Statements.findBySerial, keys: serials, { $0.bind(room) }, map: read)
    }

    /// The place, if it belongs to `user`. Nil allows every user. A place of another user is reported as unknown.
    static func require(_ id: PlaceID, of user: UserID?, in room: RoomID, _ reader: Reader) throws -> Place {
        guard let place = try find(id, in: room, reader), user == nil || place.user == user else {
            throw QueueRefusal.because(.placeUnknown)
        }
        return place
    }

    static func findLive(of user: UserID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(Statements.findLive, { $0.bind(room, user) }, map: place)
    }

    static func due(in room: RoomID, at now: Timestamp, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try rows(Statements.due, reader, limit) { $0.bind(room, now, $1) }
    }

    static func waiting(in room: RoomID, after serial: Int64, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try rows(Statements.waiting, reader, limit) { $0.bind(room, serial, $1) }
    }

    static func live(in room: RoomID, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try rows(Statements.live, reader, limit) { $0.bind(room, $1) }
    }

    /// Returns `limit` places, or fewer if there are no more. Rows that cannot be read come in addition.
    private static func rows(
        _ statement: Statement, _ reader: Reader, _ limit: Int, _ bind: (Binder, _ limit: Int) -> Void
    ) throws -> [PlaceRow] {
        var damagedCount = 0
        while true {
            let count = limit + damagedCount
            let rows = try reader.rows(statement, { bind($0, count) }, map: read)
            let damaged = rows.count - rows.readable.count
            if damaged == damagedCount || rows.count < count { return rows }
            damagedCount = damaged
        }
    }

    /// Places that ended since `revision`, but not by a purchase, oldest end first.
    static func ended(in room: RoomID, since revision: Int64, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try reader.rows(Statements.ended, { $0.bind(room, revision, limit) }, map: read)
    }

    /// Places that ended since `revision` while they waited, oldest end first.
    static func gone(in room: RoomID, since revision: Int64, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try reader.rows(Statements.gone, { $0.bind(room, revision, limit) }, map: read)
    }

    /// The places of a room after a serial.
    static func all(in room: RoomID, after serial: Int64, limit: Int, _ reader: Reader) throws -> [PlaceRow] {
        try reader.rows(Statements.all, { $0.bind(room, serial, limit) }, map: read)
    }

    /// The live places of a user in these rooms.
    static func live(of user: UserID, in rooms: [RoomID], _ reader: Reader) throws -> [(room: RoomID, place: PlaceRow)]
    {
        try reader.rows(Statements.liveOfUser, keys: rooms, { $0.bind(user) }) { row in (try row.id(13), read(row)) }
    }

    /// The ended places of a user in all rooms, newest first, after `last`.
    static func past(
        of user: UserID, after last: (room: RoomID, place: Place)?, limit: Int, _ reader: Reader
    ) throws -> [(room: RoomID, place: PlaceRow)] {
        try reader.rows(
            Statements.pastOfUser,
            {
                $0.bind(
                    user, last?.place.joinedAt ?? .distantFuture, last?.room ?? RoomID(high: .max, low: .max),
                    last?.place.serial ?? .max, limit)
            }
        ) { row in (try row.id(13), read(row)) }
    }

    /// The waits of the last admitted places, in milliseconds.
    static func waits(
        in room: RoomID, upTo serial: Int64, limit: Int, _ reader: Reader
    ) throws -> [Int64] {
        try reader.rows(Statements.waits, { $0.bind(room, serial, limit) }) { row in max(0, try row.int64(0)) }
    }

    /// Maximum of places that one statement inserts.
    static let insertLimit = Statements.inserts[0].count

    /// The number of places of one statement, at most `count`.
    static func insertCount(atMost count: Int) -> Int { Statements.inserts.first { $0.count <= count }?.count ?? 0 }

    /// Inserts consecutive places in the same state: as many as `insertCount` returns. Returns false and inserts none
    /// if a user has a live place in the room, or if an id exists. The serials then stay free.
    static func insert(_ places: ArraySlice<Place>, in room: RoomID, _ tx: Transaction) throws -> Bool {
        guard let first = places.first, let insert = Statements.inserts.first(where: { $0.count == places.count })
        else {
            preconditionFailure("no statement inserts \(places.count) places")
        }
        let count = try tx.executeCounting(insert.statement) { binder in
            binder.bind(
                room, first.serial, first.revision, first.joinedAt, first.state, first.admittedAt, first.lapsesAt)
            for place in places { binder.bind(place.id, place.user) }
        }
        if count == places.count { return true }
        guard count > 0 else { return false }
        let undone = try tx.executeCounting(Statements.undoInsert) { $0.bind(room, first.serial) }
        guard undone == count else { throw tx.conflict() }
        return false
    }

    /// Saves a place that was in the state `was`. If it has been claimed since, the closure runs again. A renewal since
    /// the read is lost if this step ends the place. A lapse requires that the place is still due.
    static func save(_ place: Place, was: Place.State, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                room, place.serial, place.state, place.revision, place.admittedAt, place.claimedAt, place.renewedAt,
                place.lapsesAt
            ).bind(place.endsAt, place.endedAt, place.reason, was)
        }
    }

    /// Saves the changed ones among places that were read before, in the order of their serials.
    static func save(
        _ places: some Collection<Place>, were: some Collection<Place>, in room: RoomID, _ tx: Transaction
    ) throws {
        let before = Dictionary(were.map { ($0.serial, $0) }) { first, _ in first }
        for place in places.sorted(by: { $0.serial < $1.serial }) {
            guard let was = before[place.serial], was.revision != place.revision else { continue }
            try save(place, was: was.state, in: room, tx)
        }
    }

    /// Claims or renews a place without locking its room. If the place has changed since it was read, the closure runs
    /// again. Another renewal is no such change: of both deadlines the later one stays. A conflict would let a user who renews
    /// one place through two instances at once repeat the batches of both.
    static func renew(_ place: Place, was: Place, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.renew) {
            $0.bind(room, place.serial, place.claimedAt, place.renewedAt, place.lapsesAt, place.endsAt, was.revision)
                .bind(was.state, was.endsAt ?? was.lapsesAt, was.lapsesAt)
        }
    }

    /// Shifts the deadlines of all users inside.
    static func shiftDeadlines(in room: RoomID, by shift: Duration, _ tx: Transaction) throws {
        try tx.execute(Statements.shiftDeadlines) { $0.bind(room, shift.milliseconds) }
    }

    private static func read(_ row: borrowing Row) -> PlaceRow {
        do { return .success(try place(row)) } catch { return .failure(error) }
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
