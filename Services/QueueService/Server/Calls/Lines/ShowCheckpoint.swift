import Database
import Identity
import Kernel
import LineLog
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func showCheckpoint(_ request: ShowCheckpointRequest, call: Call) async throws -> ShowCheckpointReply {
        let keys = checkpoints.keyTexts(of: request.roomID)
        guard let log = try await lineLog(of: request.roomID, call) else {
            guard request.fromSize == 0 else { throw QueueRefusal.invalid("from_size", "must be 0 for an empty line") }
            return ShowCheckpointReply(keys: keys)
        }
        let (checkpoint, proof) = try log.read { tree, checkpoint in
            let from = request.fromSize
            guard from >= 0, from <= checkpoint.size else {
                throw QueueRefusal.invalid(
                    "from_size", "must be from 0 to \(checkpoint.size), the size of the checkpoint")
            }
            return (checkpoint, from == 0 ? [] : tree.consistency(from: Int(from), to: checkpoint.size))
        }
        return ShowCheckpointReply(
            checkpoint: checkpoint.note.whole, size: Int64(checkpoint.size), consistency: proof.map(\.bytes), keys: keys
        )
    }

    /// The log of a room. Nil if no user has joined. A log that is not in memory is read only if the room exists.
    func lineLog(of id: RoomID, _ call: Call) async throws -> RoomLogs.RoomLog? {
        if checkpoints.logs.find(id) == nil {
            let room = try await database.read(before: call.deadline) { try RoomTable.require(id, $0) }
            if room.lastSerial == 0 { return nil }
        }
        return try checkpoints.logs.require(id)
    }
}
