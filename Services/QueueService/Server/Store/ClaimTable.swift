import Database
import Kernel

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
