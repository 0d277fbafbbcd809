import Database
import Identity
import Kernel
import LineLog
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    private static let beaconByteCounts = [48, 96]

    func closeDraw(_ request: CloseDrawRequest, call: Call) async throws -> CloseDrawReply {
        CloseDrawReply(room: try await change(request.roomID, call) { room, _ in try room.closeDraw() })
    }

    /// The participants are in a published checkpoint before the beacon decides, so they cannot be exchanged afterwards.
    func drawRoom(_ request: DrawRoomRequest, call: Call) async throws -> DrawRoomReply {
        let id = request.roomID
        guard request.withoutBeacon ? request.beacon.isEmpty : Self.beaconByteCounts.contains(request.beacon.count)
        else {
            throw QueueRefusal.invalid("beacon", "must have 48 or 96 bytes, or be empty with without_beacon")
        }
        let (room, draw, last) = try await drawing(of: id, call)
        guard let draw, let state = room.draw else { throw QueueRefusal.because(.roomHasNoDraw) }
        if let result = draw.result {
            guard result.beacon == request.beacon else { throw QueueRefusal.because(.drawFinished) }
            return DrawRoomReply(room: .init(room, at: clock.now))
        }
        guard state.state == .closed else { throw QueueRefusal.because(.drawNotClosed) }
        let root = try listRoot(of: id, state, last)
        let secret = try checkpoints.drawSecret(of: id, hash: draw.secretHash)
        let result = LineDrawRecord.Result(secret: secret, beacon: request.beacon)
        let seed = LineDraw.seed(
            of: id, participants: Int(state.participants), root: root, secret: secret, beacon: request.beacon
        ).bytes
        let numbering = try await Numberings.shared.prepared(seed: seed, count: state.participants)
        defer { lines.markChanged(id) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomTable.lock(id, tx)
            if let other = try DrawTable.find(of: id, tx)?.result {
                guard other.beacon == request.beacon else { throw QueueRefusal.because(.drawFinished) }
                return DrawRoomReply(room: .init(room, at: tx.now))
            }
            // A failover since the read may have lost participants. The next try finds out.
            guard try Self.lastParticipant(of: room, tx) == last else {
                throw QueueRefusal.notYet(retryAfter: Checkpoints.interval)
            }
            try room.finishDraw(numbering, seed: seed, now: tx.now)
            try DrawTable.finish(result, root: root, of: id, tx)
            try RoomTable.save(room, tx)
            try ActionTable.append(call, tx)
            return DrawRoomReply(room: .init(room, at: tx.now))
        }
    }

    private func drawing(
        of id: RoomID, _ call: Call
    ) async throws -> (room: Room, draw: DrawTable.Stored?, last: LineLeaf?) {
        try await database.read(before: call.deadline) { reader in
            let room = try RoomTable.require(id, reader)
            return (room, try DrawTable.find(of: id, reader), try Self.lastParticipant(of: room, reader))
        }
    }

    /// The last leaf of the closed list. Nil if the list is open or empty.
    private static func lastParticipant(of room: Room, _ reader: Reader) throws -> LineLeaf? {
        guard let draw = room.draw, draw.participants > 0 else { return nil }
        return try LineTable.leaf(draw.participants, in: room.id, reader)
    }

    /// The root of the closed list. A published checkpoint must have all of it, and the rows must have its last leaf.
    private func listRoot(of room: RoomID, _ draw: Draw, _ last: LineLeaf?) throws -> SHA256Hash {
        if draw.participants == 0 { return SHA256Hash(of: []) }
        return try checkpoints.logs.read(room, upTo: draw.participants, stored: last) { tree, _ in
            tree.root(at: Int(draw.participants))
        }
    }

    func showDraw(_ request: ShowDrawRequest, call: Call) async throws -> ShowDrawReply {
        let id = request.roomID
        let (room, draw, last) = try await drawing(of: id, call)
        guard let draw, let state = room.draw else { throw QueueRefusal.because(.roomHasNoDraw) }
        var list: LineDrawRecord.List?
        if state.state != .pending {
            list = LineDrawRecord.List(
                count: Int(state.participants), root: try draw.root ?? listRoot(of: id, state, last))
        }
        return ShowDrawReply(record: checkpoints.drawRecord(of: id, state.round, draw, list).note.whole)
    }
}
