import Kernel
import QueueAPI
import RPC
import Runtime
import TestSupport

/// Those who join and ask, all on one event loop. Whoever joins is a new user, with a credential of his own that was made
/// before; whoever asks does so over the connection on which he joined.
final class QueueCallers: @unchecked Sendable {
    // Sound because: what changes is touched on the loop only.

    private let waitingRoom: WaitingRoom
    private let room: [UInt8]
    private let clients: [Client]
    private let loop: EventLoop
    private var latency = Histogram()
    private var random = SeededGenerator(seed: 1)
    private var newcomers: [[UInt8]] = []
    /// The line, by connection.
    private var lines: [[Waiter]]
    private var end = Uptime(nanoseconds: 0)

    init(_ waitingRoom: WaitingRoom, _ room: [UInt8], _ clients: [Client], on loop: EventLoop) {
        self.waitingRoom = waitingRoom
        self.room = room
        self.clients = clients
        self.loop = loop
        lines = Array(repeating: [], count: clients.count)
    }

    /// So many people join as fast as they can.
    func fill(_ count: Int) async throws -> [Waiter] {
        await prepare(count)
        try await onLoop(inFlight: 64) { callers, connection in
            while !callers.newcomers.isEmpty { try await callers.join(connection) }
        }
        return await Task(executorPreference: loop) { [self] in lines.flatMap(\.self) }.value
    }

    func join(for duration: Duration, inFlight: Int) async throws -> (latency: Histogram, seconds: Double) {
        await prepare(Int(duration / .seconds(1) * Self.joinsPerSecond))
        return try await measure(for: duration, inFlight: inFlight) { callers, connection in
            try await callers.join(connection)
        }
    }

    /// More than there will be.
    private static let joinsPerSecond = 120_000.0

    func show(for duration: Duration, inFlight: Int) async throws -> (latency: Histogram, seconds: Double) {
        try await measure(for: duration, inFlight: inFlight) { callers, connection in
            try await callers.show(connection)
        }
    }

    private func prepare(_ count: Int) async {
        await Task(executorPreference: loop) { [self] in
            newcomers = (0..<count).map { _ in newcomer() }
        }.value
    }

    private func newcomer() -> [UInt8] {
        waitingRoom.program.credential(UserID.make(at: SystemClock().now, using: &random), .user)
    }

    private func join(_ connection: Int) async throws {
        let credential = newcomers.popLast() ?? newcomer()
        let options = CallOptions(
            timeout: .minutes(1), requestID: .make(at: SystemClock().now, using: &random), credential: credential)
        let reply = try await QueueClient(clients[connection]).join(JoinRequest(roomID: room), options)
        guard let place = reply.place?.placeID else { throw BenchmarkError("no place was given") }
        lines[connection].append(Waiter(credential: credential, place: place))
    }

    private func show(_ connection: Int) async throws {
        let line = lines[connection]
        let waiter = line[Int(truncatingIfNeeded: random.next() >> 33) % line.count]
        let request = ShowPlaceRequest(roomID: room, placeID: waiter.place)
        let reply = try await QueueClient(clients[connection]).showPlace(request, waiter.options)
        guard reply.place?.state == .waiting else { throw BenchmarkError("a place is not waiting") }
    }

    private func measure(
        for duration: Duration, inFlight: Int, _ body: @escaping @Sendable (QueueCallers, Int) async throws -> Void
    ) async throws -> (latency: Histogram, seconds: Double) {
        let start = Monotonic.now
        end = start + duration
        try await onLoop(inFlight: inFlight) { callers, connection in
            while true {
                let began = Monotonic.now
                guard began < callers.end else { return }
                try await body(callers, connection)
                callers.latency.record(Monotonic.now.nanoseconds - began.nanoseconds)
            }
        }
        return (await Task(executorPreference: loop) { [self] in latency }.value, (Monotonic.now - start) / .seconds(1))
    }

    private func onLoop(
        inFlight: Int, _ body: @escaping @Sendable (QueueCallers, Int) async throws -> Void
    ) async throws {
        let tasks = clients.indices.flatMap { connection in
            (0..<inFlight).map { _ in
                Task(executorPreference: loop) { [self] in try await body(self, connection) }
            }
        }
        for task in tasks { try await task.value }
    }
}
