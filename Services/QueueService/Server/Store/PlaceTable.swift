import Database
import Kernel
import QueueDomain

/// The rows of places. Every write except `renew` requires that the transaction has locked the room.
enum PlaceTable {
    static func find(_ id: PlaceID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and place_id = $2
            """, room, id, map: place)
    }

    /// The place, if it belongs to `user`. Nil allows every user. A place of another user is reported as unknown.
    static func require(_ id: PlaceID, of user: UserID?, in room: RoomID, _ reader: Reader) throws -> Place {
        guard let place = try find(id, in: room, reader), user == nil || place.user == user else {
            throw QueueRefusal.placeUnknown
        }
        return place
    }

    static func findLive(of user: UserID, in room: RoomID, _ reader: Reader) throws -> Place? {
        try reader.first(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and user_id = $2 and state < 3
            """, room, user, map: place)
    }

    static func due(in room: RoomID, at now: Timestamp, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and lapses_at <= $2 order by lapses_at limit $3
            """, room, now, limit, map: place)
    }

    static func waiting(in room: RoomID, after serial: Int64, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and serial > $2 and state = 0 order by serial limit $3
            """, room, serial, limit, map: place)
    }

    static func live(in room: RoomID, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and state < 3 limit $2
            """, room, limit, map: place)
    }

    /// Places changed since `revision`, oldest change first, without those that only joined.
    static func changes(in room: RoomID, since revision: Int64, limit: Int, _ reader: Reader) throws -> [Place] {
        try reader.rows(
            """
            select place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at,
                lapses_at, ends_at, ended_at, reason
            from place where room_id = $1 and revision > $2 and state > 0 order by revision limit $3
            """, room, revision, limit, map: place)
    }

    static func counts(in room: RoomID, _ reader: Reader) throws -> [Place.State: Int64] {
        var counts: [Place.State: Int64] = [:]
        try reader.forEach("select state, count(*) from place where room_id = $1 group by state", room) { row in
            counts[try row.value(0)] = try row.int64(1)
        }
        return counts
    }

    /// The waits of the last admitted places, in milliseconds.
    static func waits(
        in room: RoomID, upTo serial: Int64, limit: Int, _ reader: Reader
    ) throws -> [Int64] {
        try reader.rows(
            """
            select admitted_at - joined_at from place
            where room_id = $1 and serial <= $2 and admitted_at is not null order by serial desc limit $3
            """, room, serial, limit
        ) { row in max(0, try row.int64(0)) }
    }

    /// False if the user has a live place in the room or the id exists. The serial then stays free.
    static func insert(_ place: Place, in room: RoomID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(
            """
            insert into place (room_id, place_id, user_id, serial, state, revision, joined_at, reason)
            values ($1, $2, $3, $4, 0, $5, $6, '') on conflict do nothing
            """, room, place.id, place.user, place.serial, place.revision, place.joinedAt) == 1
    }

    /// The number of places that `insertMany` takes: the rows of its statement.
    static let manyCount = 16

    /// Inserts consecutive places at two thirds of the cost of single inserts. All or none: false if `insert` would
    /// refuse one of them.
    static func insertMany(_ places: [Place], in room: RoomID, _ tx: Transaction) throws -> Bool {
        precondition(places.count == manyCount)
        let first = places[0]
        var parameters: [any Bindable] = [room, first.serial, first.revision, first.joinedAt]
        for place in places { parameters += [place.id, place.user] as [any Bindable] }
        let count = try tx.executeCounting(
            """
            insert into place (room_id, place_id, user_id, serial, state, revision, joined_at, reason) values
                ($1, $5, $6, $2, 0, $3, $4, ''),
                ($1, $7, $8, $2 + 1, 0, $3 + 1, $4, ''),
                ($1, $9, $10, $2 + 2, 0, $3 + 2, $4, ''),
                ($1, $11, $12, $2 + 3, 0, $3 + 3, $4, ''),
                ($1, $13, $14, $2 + 4, 0, $3 + 4, $4, ''),
                ($1, $15, $16, $2 + 5, 0, $3 + 5, $4, ''),
                ($1, $17, $18, $2 + 6, 0, $3 + 6, $4, ''),
                ($1, $19, $20, $2 + 7, 0, $3 + 7, $4, ''),
                ($1, $21, $22, $2 + 8, 0, $3 + 8, $4, ''),
                ($1, $23, $24, $2 + 9, 0, $3 + 9, $4, ''),
                ($1, $25, $26, $2 + 10, 0, $3 + 10, $4, ''),
                ($1, $27, $28, $2 + 11, 0, $3 + 11, $4, ''),
                ($1, $29, $30, $2 + 12, 0, $3 + 12, $4, ''),
                ($1, $31, $32, $2 + 13, 0, $3 + 13, $4, ''),
                ($1, $33, $34, $2 + 14, 0, $3 + 14, $4, ''),
                ($1, $35, $36, $2 + 15, 0, $3 + 15, $4, '')
            on conflict do nothing
            """, parameters)
        if count == places.count { return true }
        let undone = try tx.executeCounting(
            "delete from place where room_id = $1 and serial >= $2", room, first.serial)
        guard undone == count else { throw tx.conflict() }
        return false
    }

    /// Saves a place. A renewal since the read is possible, because it does not lock the room. It is lost if the place
    /// ends by its own step. A lapse requires that the place is still due; otherwise the closure runs again.
    static func save(_ place: Place, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(
            """
            update place set state = $3, revision = $4, admitted_at = $5, claimed_at = $6, renewed_at = $7,
                lapses_at = $8, ends_at = $9, ended_at = $10, reason = $11
            where room_id = $1 and serial = $2 and ($3 <> 5 or lapses_at <= $10)
            """,
            room, place.serial, place.state.rawValue, place.revision, place.admittedAt, place.claimedAt,
            place.renewedAt, place.lapsesAt, place.endsAt, place.endedAt, place.reason)
    }

    /// Renews a place without locking its room. If the place has changed since it was read, the closure runs again.
    static func renew(_ place: Place, in room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(
            """
            update place set renewed_at = $3, lapses_at = $4
            where room_id = $1 and serial = $2 and revision = $5 and ends_at = $6 and state = 2
            """, room, place.serial, place.renewedAt, place.lapsesAt, place.revision, place.endsAt)
    }

    /// Shifts the deadlines of all users inside.
    static func shiftDeadlines(in room: RoomID, by shift: Duration, _ tx: Transaction) throws {
        try tx.execute(
            """
            update place set lapses_at = lapses_at + $2, ends_at = ends_at + $2
            where room_id = $1 and lapses_at is not null
            """, room, shift.milliseconds)
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
