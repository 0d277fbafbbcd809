import Kernel
import QueueAPI
import RPC
import Runtime
import TestSupport

/// Those who join and ask. Whoever joins is a new user, with a credential of his own; whoever asks does so over a connection
/// that others ask on as well.
final class QueueCallers: @unchecked Sendable {
    // Sound because: what changes is touched on the loop only.

    /// More than there will be.
    private static let joinsPerSecond = 150_000.0

    private let waitingRoom: WaitingRoom
    private let room: [UInt8]
    private let clients: [Client]
    private let loop: EventLoop
    private var random = SeededGenerator(seed: 1)
    private var line: [Waiter] = []

    init(_ waitingRoom: WaitingRoom, _ room: [UInt8], _ clients: [Client], on loop: EventLoop) {
        self.waitingRoom = waitingRoom
        self.room = room
        self.clients = clients
        self.loop = loop
    }

    /// So many people join as fast as they can.
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
        let (requestID, credential) = newcomer()
        let options = CallOptions(timeout: .minutes(1), requestID: requestID, credential: credential)
        let reply = try await calls.join(JoinRequest(roomID: room), options)
        guard let place = reply.place?.placeID else { throw BenchmarkError("no place was given") }
        line.append(Waiter(credential: credential, place: place))
    }

    private func newcomer() -> (RequestID, credential: [UInt8]) {
        let now = SystemClock().now
        return (
            .make(at: now, using: &random),
            waitingRoom.program.credential(UserID.make(at: now, using: &random), .user)
        )
    }

    func join(_ calls: PreparedCalls, for duration: Duration) throws -> (latency: Histogram, seconds: Double) {
        let count = Int(duration / .seconds(1) * Self.joinsPerSecond)
        var requests = try (0..<count).map { _ in
            let (requestID, credential) = newcomer()
            return try PreparedCalls.Request(
                QueueMethods.join, JoinRequest(roomID: room), credential: credential, requestID: requestID)
        }
        requests.reverse()
        return try calls.run(for: duration) { _ in requests.popLast() }
    }

    func show(
        _ calls: PreparedCalls, _ line: [Waiter], for duration: Duration
    ) throws -> (latency: Histogram, seconds: Double) {
        // Everybody has a connection that he keeps to.
        let requests = try (0..<calls.connections).map { connection in
            try stride(from: connection, to: line.count, by: calls.connections).map { index in
                let request = ShowPlaceRequest(roomID: room, placeID: line[index].place)
                return try PreparedCalls.Request(QueueMethods.showPlace, request, credential: line[index].credential)
            }
        }
        return try calls.run(for: duration) { requests[$0].randomElement(using: &random) }
    }
}
