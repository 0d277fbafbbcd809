import Database
import Kernel
import QueueDomain

/// The number of claims in each room. A claim does not lock the room, so it counts in a row of its own. A room has several of
/// these rows, so that claims through different instances seldom wait for each other.
enum ClaimTable {
    private static let partCount: UInt64 = 16

    private enum Statements {
        static let add: Statement = """
            insert into room_claims (room_id, part, claims) values (\(1...3))
            on conflict (room_id, part) do update set claims = room_claims.claims + excluded.claims
            """
        static let counts = KeyedStatement(after: 0) { room in
            "select room_id, cast(sum(claims) as bigint) from room_claims where room_id = \(room) group by room_id"
        }
        /// One statement, so that all counts are of one moment on every engine.
        static let uncounted: Statement = """
            select places.waiting - room.waiting, places.finished - ended_finished, places.gone - ended_left,
                places.lapsed - ended_lapsed, places.revoked - ended_revoked, places.active - ended_active,
                places.claims - (
                    select cast(coalesce(sum(claims), 0) as bigint) from room_claims where room_claims.room_id = $1),
                (select count(*) from room_claims where room_claims.room_id = $1 and part < 0)
            from room, (
                select count(case when state = \(Place.State.waiting) then 1 end) as waiting,
                    count(case when state = \(Place.State.finished) then 1 end) as finished,
                    count(case when state = \(Place.State.left) then 1 end) as gone,
                    count(case when state = \(Place.State.lapsed) then 1 end) as lapsed,
                    count(case when state = \(Place.State.revoked) then 1 end) as revoked,
                    count(case when state > \(Place.State.active) and claimed_at is not null then 1 end) as active,
                    count(claimed_at) as claims
                from place where place.room_id = $1) as places
            where room.room_id = $1
            """
        static let correct: Statement = """
            insert into room_claims (room_id, part, claims) values (\(1...3)) on conflict do nothing
            """
    }

    /// What the places of a room have, and its counts have not. Negative where these have more.
    struct Uncounted: Sendable {
        let waiting: Int64
        let ended: EndedPlaces
        let claims: Int64
        /// The number of earlier corrections of this room.
        fileprivate let corrections: Int64

        var isZero: Bool { waiting == 0 && ended == EndedPlaces() && claims == 0 }
    }

    /// Counts all places of a room.
    static func uncounted(in room: RoomID, _ reader: Reader) throws -> Uncounted? {
        try reader.first(Statements.uncounted, { $0.bind(room) }) { row in
            Uncounted(
                waiting: try row.int64(0),
                ended: EndedPlaces(
                    finished: try row.int64(1), left: try row.int64(2), lapsed: try row.int64(3),
                    revoked: try row.int64(4), active: try row.int64(5)),
                claims: try row.int64(6), corrections: try row.int64(7))
        }
    }

    /// Adds the claims that no instance has counted, as a row with a negative number. Its key allows each correction once: false if
    /// the room was corrected since `uncounted` was read.
    static func add(_ uncounted: Uncounted, in room: RoomID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.correct) {
            $0.bind(room, -1 - uncounted.corrections, uncounted.claims)
        } == 1
    }

    /// Counts the claims of a transaction, as its last step. `place` is one of them.
    static func add(_ count: Int, of place: PlaceID, in room: RoomID, _ tx: Transaction) throws {
        try tx.execute(Statements.add) { $0.bind(room, Int64(place.low % Self.partCount), count) }
    }

    /// Rooms without a claim are missing.
    static func counts(in rooms: [RoomID], _ reader: Reader) throws -> [RoomID: Int64] {
        let rows = try reader.rows(Statements.counts, keys: rooms, { _ in }) { row in
            (try row.id(0, as: Identified.Room.self), try row.int64(1))
        }
        return Dictionary(rows) { first, _ in first }
    }
}
