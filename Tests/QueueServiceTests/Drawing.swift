import Database
import Identity
import Kernel
import LineLog
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing

/// A room with a draw among five users, of whom one comes in at a time.
struct Drawing {
    /// Of a network of drand without known times, because the clock of a test is no real one.
    static let beacon = [UInt8](repeating: 7, count: 96)

    let waiting: Waiting
    private(set) var places: [QueueAPI.Place] = []

    /// Five users join before the list is closed, and two after it.
    static func with(
        _ engine: Engine, instances: Int = 1, isClosed: Bool = true, _ body: (Drawing) async throws -> Void
    ) async throws {
        try await TestService.with(.queue, on: engine, instances: instances) { service in
            let admin = QueueClient(service.client(of: .operator))
            let request = CreateRoomRequest(
                name: "sale", limits: RoomLimits(activeLimit: 1), times: RoomTimes(joinsAt: service.clock.now),
                drawRound: 9)
            let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room.roomID
            var drawing = Drawing(waiting: Waiting(service: service, room: room))
            for user in 0..<5 {
                drawing.places.append(try await drawing.waiting.join(.user(user), request: UInt64(10 + user)))
            }
            if isClosed {
                try await drawing.close()
                for user in 5..<7 {
                    drawing.places.append(try await drawing.waiting.join(.user(user), request: UInt64(10 + user)))
                }
                try await drawing.waiting.log()
            }
            try await body(drawing)
        }
    }

    @discardableResult
    func close() async throws -> QueueAPI.Room {
        try await waiting.admin.closeDraw(CloseDrawRequest(roomID: waiting.room)).room
    }

    @discardableResult
    func draw(_ beacon: [UInt8] = beacon, instance: Int = 0) async throws -> QueueAPI.Room {
        let request = DrawRoomRequest(roomID: waiting.room, beacon: beacon, withoutBeacon: beacon.isEmpty)
        return try await waiting.client(of: .operator, instance: instance).drawRoom(request).room
    }

    func record() async throws -> LineDrawRecord {
        let shown = try await waiting.client(of: .bob).showDraw(ShowDrawRequest(roomID: waiting.room)).record
        return try #require(LineDrawRecord(shown))
    }

    /// Gives the last participant's row to another user, and deletes the checkpoints: a failover lost both.
    func loseLastParticipant() async throws {
        try await waiting.service.instances[0].database.transaction { [room = waiting.room] tx in
            try Self.lose(in: room, tx)
        }
    }

    static func lose(in room: RoomID, _ tx: Transaction) throws {
        try tx.execute("delete from line_checkpoint where room_id = $1") { $0.bind(room) }
        try tx.executeOne("update place set place_id = $2, user_id = $2 where room_id = $1 and serial = 5") {
            $0.bind(room, PlaceID.unknown)
        }
    }

    /// The numbers of the users, by their places.
    func numbers(instance: Int = 0) async throws -> [Int64] {
        var numbers: [Int64] = []
        for (user, place) in places.enumerated() {
            numbers.append(try await waiting.show(.user(user), place, instance: instance).serial)
        }
        return numbers
    }
}
