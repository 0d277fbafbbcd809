import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// Changes of a room by an operator. Each is one step of the room.
extension QueueServer {
    func configureRoom(_ request: ConfigureRoomRequest, call: Call) async throws -> ConfigureRoomReply {
        let limits = try request.limits.map { limits throws(QueueRefusal) in try Room.Limits(limits) }
        let times = try request.times.map { times throws(QueueRefusal) in try Room.Times(times) }
        return ConfigureRoomReply(
            room: try await change(request.roomID, call) { room, now in
                try room.configure(limits: limits, times: times, now: now)
            })
    }

    func setWaitingLimit(_ request: SetWaitingLimitRequest, call: Call) async throws -> SetWaitingLimitReply {
        let limit = request.waitingLimit == 0 ? nil : Int64(request.waitingLimit)
        return SetWaitingLimitReply(
            room: try await change(request.roomID, call) { room, _ in try room.limitWaiting(to: limit) })
    }

    func setRoomMessage(_ request: SetRoomMessageRequest, call: Call) async throws -> SetRoomMessageReply {
        SetRoomMessageReply(
            room: try await change(request.roomID, call) { room, _ in try room.announce(request.message) })
    }

    func openRoom(_ request: OpenRoomRequest, call: Call) async throws -> OpenRoomReply {
        OpenRoomReply(room: try await change(request.roomID, call) { room, now in try room.open(now: now) })
    }

    func pauseRoom(_ request: PauseRoomRequest, call: Call) async throws -> PauseRoomReply {
        PauseRoomReply(room: try await change(request.roomID, call) { room, now in try room.pause(now: now) })
    }

    func drainRoom(_ request: DrainRoomRequest, call: Call) async throws -> DrainRoomReply {
        DrainRoomReply(room: try await change(request.roomID, call) { room, now in try room.drain(now: now) })
    }

    func closeRoom(_ request: CloseRoomRequest, call: Call) async throws -> CloseRoomReply {
        CloseRoomReply(room: try await change(request.roomID, call) { room, _ in room.close() })
    }

    func change(
        _ id: RoomID, _ call: Call, _ body: @escaping @Sendable (inout Room, Timestamp) throws -> Void
    ) async throws -> QueueAPI.Room {
        defer { lines.markChanged(id) }
        return try await database.transaction(before: call.deadline) { tx in
            let old = try RoomTable.lock(id, tx)
            var room = old
            try body(&room, tx.now)
            guard room != old else { return .init(room, at: tx.now) }
            try RoomTable.save(room, tx)
            try ActionTable.append(call, tx)
            return .init(room, at: tx.now)
        }
    }
}
