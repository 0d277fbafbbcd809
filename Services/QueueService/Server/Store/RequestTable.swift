import Database
import Kernel
import QueueDomain

/// The requests of an operator whose effect the rows of a room do not show: bans, their ends, and codes.
enum RequestTable {
    private enum Statements {
        static let insert: Statement =
            "insert into ban_request (room_id, request_id, made_as) values (\(1...3)) on conflict do nothing"
        static let find: Statement = "select made_as from ban_request where room_id = $1 and request_id = $2"
    }

    /// Records a request. Returns false if the same request is recorded already.
    static func insert(
        _ request: RequestID, in room: RoomID, as content: Fingerprint, _ tx: Transaction
    ) throws -> Bool {
        let count = try tx.executeCounting(Statements.insert) { $0.bind(room, request, content.value) }
        guard count == 0 else { return true }
        let earlier = try tx.first(Statements.find, { $0.bind(room, request) }) { try $0.int64(0) }
        guard earlier == content.value else { throw QueueRefusal.requestIDReused }
        return false
    }
}
