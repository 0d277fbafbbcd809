import Database
import Kernel
import QueueDomain

/// Users who cannot join a room.
enum BanTable {
    private enum Statements {
        static let insert: Statement = """
            insert into ban (room_id, user_id, reason, banned_at) values (\(1...4)) on conflict do nothing
            """
        static let find = KeyedStatement(after: 1) { user in
            "select user_id, reason from ban where room_id = $1 and user_id = \(user)"
        }
        static let delete: Statement = "delete from ban where room_id = $1 and user_id = $2"
    }

    /// Returns false if the user is banned already.
    static func insert(_ user: UserID, in room: RoomID, because reason: String, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) { $0.bind(room, user, reason, tx.now) } == 1
    }

    /// The reasons of those users who are banned.
    static func find(_ users: [UserID], in room: RoomID, _ reader: Reader) throws -> [UserID: String] {
        let rows = try reader.rows(Statements.find, keys: Array(Set(users)), { $0.bind(room) }) { row in
            (try row.id(0, as: Identified.User.self), try row.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Returns false if the user is not banned.
    static func delete(_ user: UserID, in room: RoomID, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.delete) { $0.bind(room, user) } == 1
    }
}
