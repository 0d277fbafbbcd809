import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

/// A waiting room under test with one room, and shorthands for calls.
struct Waiting: Sendable {
    let service: TestService
    let room: [UInt8]

    /// Runs `body` with a room that is open unless it has times.
    static func with(
        _ engine: Engine, instances: Int = 1, limits: RoomLimits? = RoomLimits(activeLimit: 1),
        times: RoomTimes? = nil, _ body: (Waiting) async throws -> Void
    ) async throws {
        try await TestService.with(.queue, on: engine, instances: instances) { service in
            let admin = QueueClient(service.client(of: .operator))
            let request = CreateRoomRequest(name: "sale", limits: limits, times: times)
            let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room!.roomID
            if times == nil { _ = try await admin.openRoom(OpenRoomRequest(roomID: room)) }
            try await body(Waiting(service: service, room: room))
        }
    }

    func client(of caller: TestCaller, instance: Int = 0) -> QueueClient {
        QueueClient(service.client(of: caller, instance: instance))
    }

    var admin: QueueClient { client(of: .operator) }

    @discardableResult
    func join(_ caller: TestCaller, request: UInt64, instance: Int = 0) async throws -> PlaceView {
        let options = CallOptions(requestID: .numbered(request))
        return try await client(of: caller, instance: instance).join(JoinRequest(roomID: room), options).place!
    }

    func show(_ caller: TestCaller, _ place: PlaceView, instance: Int = 0) async throws -> PlaceView {
        try await client(of: caller, instance: instance).showPlace(
            ShowPlaceRequest(roomID: room, placeID: place.placeID)
        ).place!
    }

    func renew(_ caller: TestCaller, _ place: PlaceView) async throws -> RenewReply {
        try await client(of: caller).renew(RenewRequest(roomID: room, placeID: place.placeID))
    }

    func leave(_ caller: TestCaller, _ place: PlaceView) async throws -> PlaceView {
        try await client(of: caller).leave(LeaveRequest(roomID: room, placeID: place.placeID)).place!
    }

    func finish(_ place: PlaceView) async throws -> PlaceState {
        try await client(of: .service).finishPass(FinishPassRequest(roomID: room, placeID: place.placeID)).state
    }

    func revoke(_ place: PlaceView, because reason: String) async throws -> PlaceState {
        let request = RevokePlaceRequest(roomID: room, placeID: place.placeID, reason: reason)
        return try await admin.revokePlace(request).state
    }

    /// Lets time pass, with the service at its work: it looks at its rooms every second.
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

/// An id that does not exist.
let nobodysID = PlaceID(high: 0xdead, low: 0xbeef).bytes
