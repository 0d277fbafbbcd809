import Kernel
import QueueAPI
import RPC
import Telemetry
import TestSupport
import Threads

/// The callers of `QueueBenchmark`. Each join comes from a new user with a new credential. Queries of several users
/// share a connection.
final class QueueCallers: @unchecked Sendable {
    // Safe because only tasks on the loop use the mutable state.

    /// An upper bound, for the number of prepared requests.
    private static let joinsPerSecond = 150_000.0

    private let waitingRoom: WaitingRoom
    private let room: RoomID
    private let clients: [Client]
    private let loop: EventLoop
    private var random = SeededGenerator(seed: 1)
    private var line: [Waiter] = []

    init(_ waitingRoom: WaitingRoom, _ room: RoomID, _ clients: [Client], on loop: EventLoop) {
        self.waitingRoom = waitingRoom
        self.room = room
        self.clients = clients
        self.loop = loop
    }

    /// Lets `count` users join as fast as possible; returns them.
    func fill(_ count: Int) async throws -> [Waiter] {
        let tasks = (0..<64).map { index in
            Task(executorPreference: loop) { [self] in
                let calls = QueueClient(clients[index % clients.count])
                for _ in 0..<(count + index) / 64 { try await join(calls) }
            }
        }
        for task in tasks { try await task.value }
        return await Task(executorPreference: loop) { [self] in line }.value
    }

    private func join(_ calls: QueueClient) async throws {
        let (requestID, credential) = newUser()
        let options = CallOptions(timeout: .minutes(1), requestID: requestID, credential: credential)
        let place = try await calls.join(JoinRequest(roomID: room), options).place.placeID
        line.append(Waiter(credential: credential, place: place))
    }

    private func newUser() -> (RequestID, credential: [UInt8]) {
        let now = SystemClock().now
        return (
            .make(at: now, using: &random),
            waitingRoom.program.credential(UserID.make(at: now, using: &random), .user)
        )
    }

    func join(_ calls: PreparedCalls, for duration: Duration) throws -> PreparedCalls.Result {
        let count = Int(duration / .seconds(1) * Self.joinsPerSecond)
        var requests = try (0..<count).map { _ in
            let (requestID, credential) = newUser()
            return try PreparedCalls.Request(
                QueueMethods.join, JoinRequest(roomID: room), credential: credential, requestID: requestID)
        }
        requests.reverse()
        return try calls.run(for: duration) { _ in requests.popLast() }
    }

    func show(
        _ calls: PreparedCalls, _ line: [Waiter], for duration: Duration
    ) throws -> PreparedCalls.Result {
        // Each user always uses the same connection.
        let requests = try (0..<calls.connections).map { connection in
            try stride(from: connection, to: line.count, by: calls.connections).map { index in
                let request = ShowPlaceRequest(roomID: room, placeID: line[index].place)
                return try PreparedCalls.Request(QueueMethods.showPlace, request, credential: line[index].credential)
            }
        }
        return try calls.run(for: duration) { requests[$0].randomElement(using: &random) }
    }
}
