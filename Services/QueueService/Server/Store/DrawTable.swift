import Database
import Identity
import Kernel
import LineLog

/// What a draw promises and results in. `RoomTable` has its state.
enum DrawTable {
    private enum Statements {
        static let insert: Statement =
            "insert into room_draw (room_id, secret_hash) values ($1, $2) on conflict do nothing"
        static let find: Statement = "select secret_hash, root, secret, beacon from room_draw where room_id = $1"
        static let finish: Statement =
            "update room_draw set root = $2, secret = $3, beacon = $4 where room_id = $1 and secret is null"
    }

    struct Stored: Sendable {
        let secretHash: SHA256Hash
        /// Nil until the draw.
        let root: SHA256Hash?
        let result: LineDrawRecord.Result?
    }

    static func insert(_ secretHash: SHA256Hash, of room: RoomID, _ tx: Transaction) throws {
        try tx.execute(Statements.insert) { $0.bind(room, secretHash.bytes) }
    }

    /// Nil for a room without a draw.
    static func find(of room: RoomID, _ reader: Reader) throws -> Stored? {
        try reader.first(Statements.find, { $0.bind(room) }) { row in
            guard let hash = SHA256Hash(bytes: try row.bytes(0)) else {
                throw DatabaseError(.damaged, "the draw of room \(room) cannot be read")
            }
            let secret = row.isNull(2) ? nil : try row.bytes(2)
            let beacon = row.isNull(3) ? [] : try row.bytes(3)
            return Stored(
                secretHash: hash, root: row.isNull(1) ? nil : SHA256Hash(bytes: try row.bytes(1)),
                result: secret.map { LineDrawRecord.Result(secret: $0, beacon: beacon) })
        }
    }

    /// Stores the result of a draw that has none.
    static func finish(_ result: LineDrawRecord.Result, root: SHA256Hash, of room: RoomID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.finish) { $0.bind(room, root.bytes, result.secret, result.beacon) }
    }
}
