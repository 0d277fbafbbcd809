import Kernel
import QueueAPI
import RPC
import TestSupport

/// A QueueService process with one room.
final class WaitingRoom: Sendable {
    let program: ServedProgram
    private static let admin = UserID(high: 1, low: 1)

    init(url: String? = nil, loops: Int = 1, sharing other: ServedProgram? = nil, tls: ServedTLS? = nil) throws {
        program = try ServedProgram("QueueService", url: url, loops: loops, sharing: other, tls: tls)
    }

    /// Creates a room that users can join. Once it is open, it admits `rate` users a second.
    func create(_ client: Client, rate: UInt32) async throws -> RoomID {
        let limits = RoomLimits(ratePerSecond: rate, ready: .milliseconds(3_600_000))
        let request = CreateRoomRequest(
            name: "sale", limits: limits, times: RoomTimes(joinsAt: Timestamp(milliseconds: 1)))
        return try await QueueClient(client).createRoom(request, options(Self.admin, .operator)).room.roomID
    }

    func open(_ room: RoomID, _ client: Client) async throws {
        _ = try await QueueClient(client).openRoom(OpenRoomRequest(roomID: room), options(Self.admin, .operator))
    }

    /// Returns the number of users admitted so far.
    func admittedCount(_ room: RoomID, _ client: Client) async throws -> Int {
        let request = ShowRoomRequest(roomID: room)
        let reply = try await QueueClient(client).showRoom(request, options(Self.admin, .operator))
        return Int(reply.joinedCount - reply.waitingCount)
    }

    /// Returns the time of the place's admission; nil if it is not admitted.
    func admission(of place: PlaceID, in room: RoomID, _ client: Client) async throws -> Timestamp? {
        let request = ShowHistoryRequest(roomID: room, placeID: place)
        let history = try await QueueClient(client).showHistory(request, options(Self.admin, .operator))
        return history.events.first { $0.state == .admitted }?.at
    }

    func options(_ user: UserID, _ role: Role = .user) -> CallOptions { program.options(user, role) }
}

/// A user in the line.
struct Waiter: Sendable {
    let credential: [UInt8]
    let place: PlaceID

    /// Options of a call that writes nothing.
    var options: CallOptions { CallOptions(timeout: .minutes(1), credential: credential) }
}
