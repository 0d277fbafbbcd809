import Database
import Kernel
import QueueAPI
import QueueDomain
import QueueService
import RPC
import Service
import TestSupport
import Testing
import Threads

// In these tests, as in the service, `Room` and `Place` are values of the domain.
typealias Room = QueueDomain.Room
typealias Place = QueueDomain.Place

/// A waiting room under test with one room, and shorthands for calls.
struct Waiting: Sendable {
    let service: TestService
    let room: RoomID

    /// Runs `body` with a room that is open unless it has times.
    static func with(
        _ engine: Engine, instances: Int = 1, limits: RoomLimits? = RoomLimits(activeLimit: 1),
        times: RoomTimes? = nil, drawRound: Int64 = 0, arguments: [String] = [],
        _ body: (Waiting) async throws -> Void
    ) async throws {
        try await TestService.with(.queue, on: engine, instances: instances, arguments: arguments) { service in
            try await body(try await opened(on: service, limits: limits, times: times, drawRound: drawRound))
        }
    }

    /// The room of a service, also after a restart.
    static func opened(
        on service: TestService, limits: RoomLimits? = RoomLimits(activeLimit: 1), times: RoomTimes? = nil,
        drawRound: Int64 = 0
    ) async throws -> Waiting {
        let admin = QueueClient(service.client(of: .operator))
        let request = CreateRoomRequest(name: "sale", limits: limits, times: times, drawRound: drawRound)
        let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room.roomID
        if times == nil { _ = try await admin.openRoom(OpenRoomRequest(roomID: room)) }
        return Waiting(service: service, room: room)
    }

    func client(of caller: TestCaller, instance: Int = 0) -> QueueClient {
        QueueClient(service.client(of: caller, instance: instance))
    }

    var admin: QueueClient { client(of: .operator) }

    /// Creates another room.
    @discardableResult
    func create(_ name: String, _ limits: RoomLimits? = nil, request: UInt64 = 2) async throws -> QueueAPI.Room {
        let room = CreateRoomRequest(name: name, limits: limits)
        return try await admin.createRoom(room, CallOptions(requestID: .numbered(request))).room
    }

    /// Sends a call eight times at once, spread over the instances, and returns the answer that all of them get.
    func sameAnswer(
        _ call: @escaping @Sendable (QueueClient) async throws -> QueueAPI.Room
    ) async throws -> QueueAPI.Room {
        let count = service.instances.count
        let clients = (0..<8).map { client(of: .operator, instance: $0 % count) }
        let answers = try await withThrowingTaskGroup(of: QueueAPI.Room.self) { group in
            for client in clients { group.addTask { try await call(client) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0 == answers[0] })
        return answers[0]
    }

    @discardableResult
    func join(_ caller: TestCaller, request: UInt64, instance: Int = 0) async throws -> QueueAPI.Place {
        let options = CallOptions(requestID: .numbered(request))
        return try await client(of: caller, instance: instance).join(JoinRequest(roomID: room), options).place
    }

    func show(_ caller: TestCaller, _ place: QueueAPI.Place, instance: Int = 0) async throws -> QueueAPI.Place {
        try await client(of: caller, instance: instance).showPlace(
            ShowPlaceRequest(roomID: room, placeID: place.placeID)
        ).place
    }

    func renew(_ caller: TestCaller, _ place: QueueAPI.Place) async throws -> RenewReply {
        try await client(of: caller).renew(RenewRequest(roomID: room, placeID: place.placeID))
    }

    func leave(_ caller: TestCaller, _ place: QueueAPI.Place) async throws -> QueueAPI.Place {
        try await client(of: caller).leave(LeaveRequest(roomID: room, placeID: place.placeID)).place
    }

    func finish(_ place: QueueAPI.Place) async throws -> PlaceState {
        try await client(of: .service).finishPass(FinishPassRequest(roomID: room, placeID: place.placeID)).state
    }

    func revoke(_ place: QueueAPI.Place, because reason: String) async throws -> PlaceState {
        let request = RevokePlaceRequest(roomID: room, placeID: place.placeID, reason: reason)
        return try await admin.revokePlace(request).state
    }

    /// Advances the clock, and settles the rooms every second.
    func pass(_ duration: Duration) async throws {
        for _ in 0..<Int(duration / .seconds(1)) {
            service.clock.advance(by: .seconds(1))
            try await service.run("settlement")
        }
        service.clock.advance(by: .milliseconds(duration.milliseconds % 1000))
        try await service.run("settlement")
    }
}

/// Expects `body` to be refused for `reason`.
func refused(
    _ reason: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async throws {
    let failure = await #expect(throws: RPCFailure.self, sourceLocation: sourceLocation) { try await body() }
    #expect(failure?.reason == reason, sourceLocation: sourceLocation)
}

extension ID {
    /// An id that does not exist.
    static var unknown: ID { ID(high: 0xdead, low: 0xbeef) }
}

/// Runs `body` in a transaction of one instance that waits at `stop` until `others` are done. It waits only in its first run,
/// because it may run again.
func between(
    _ database: Database, _ body: @escaping @Sendable (Transaction, _ stop: () -> Void) throws -> Void,
    others: () async throws -> Void
) async throws {
    let (isStopped, mayGo) = (CountingSemaphore(), CountingSemaphore())
    let runs = Recorder<Int>()
    async let done: Void = database.transaction { tx in
        try body(tx) {
            runs.add(1)
            guard runs.all.count == 1 else { return }
            isStopped.signal()
            mayGo.wait()
        }
    }
    try await onThread { isStopped.wait() }
    do { try await others() } catch {
        mayGo.signal()
        throw error
    }
    mayGo.signal()
    try await done
}
