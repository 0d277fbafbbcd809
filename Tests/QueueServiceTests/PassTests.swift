import Identity
import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

/// Passes as other services verify them.
@Suite struct PassTests {
    private func pass(_ waiting: Waiting) async throws -> (bytes: [UInt8], place: PlaceView) {
        let place = try await waiting.join(.alice, request: 10)
        return (try await waiting.renew(.alice, place).pass, place)
    }

    @Test func `a pass names room, place and user, and expires after two minutes`() async throws {
        try await Waiting.with(.memory) { waiting in
            let (bytes, place) = try await pass(waiting)
            let passes = Passes(waiting.service.keys)
            let pass = try passes.verify(bytes, of: .alice, at: .noon)
            #expect(pass.room.bytes == waiting.room && pass.place.bytes == place.placeID)
            #expect(pass.expiry == .noon + .minutes(2))
            #expect(throws: TokenError.expired(at: pass.expiry)) {
                try passes.verify(bytes, of: .alice, at: .noon + .minutes(2))
            }
        }
    }

    @Test func `a pass that is forged, of another user, or signed with another key is refused`() async throws {
        try await Waiting.with(.memory) { waiting in
            let (bytes, _) = try await pass(waiting)
            let passes = Passes(waiting.service.keys)
            #expect(throws: TokenError.ofAnotherUser) { try passes.verify(bytes, of: .bob, at: .noon) }
            for index in bytes.indices {
                var forged = bytes
                forged[index] ^= 1
                #expect(throws: TokenError.self) { try passes.verify(forged, of: .alice, at: .noon) }
            }
            #expect(throws: TokenError.self) { try Passes(.random()).verify(bytes, of: .alice, at: .noon) }
        }
    }

    @Test func `passes of two rooms differ in the room`() async throws {
        try await Waiting.with(.memory) { waiting in
            let (bytes, _) = try await pass(waiting)
            let request = CreateRoomRequest(name: "other")
            let room = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(50))).room!.roomID
            _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: room))
            let other = Waiting(service: waiting.service, room: room)
            let place = try await other.join(.alice, request: 51)
            let otherBytes = try await other.renew(.alice, place).pass
            let passes = Passes(waiting.service.keys)
            #expect(try passes.verify(bytes, of: .alice, at: .noon).room.bytes == waiting.room)
            #expect(try passes.verify(otherBytes, of: .alice, at: .noon).room.bytes == room)
        }
    }

    @Test func `a pass never outlives the hard limit`() async throws {
        let limits = RoomLimits(activeLimit: 1, idleMs: 60_000, hardLimitMs: 90_000)
        try await Waiting.with(.memory, limits: limits) { waiting in
            let place = try await waiting.join(.alice, request: 10)
            #expect(try await waiting.renew(.alice, place).passExpiresAt == (.noon + .seconds(90)).milliseconds)
        }
    }

    @Test func `passes of an old key stay valid until they expire`() async throws {
        var keys = KeyFile.random()
        let old = Passes(keys).sign(
            Pass(
                room: RoomID(high: 1, low: 1), place: PlaceID(high: 1, low: 1), user: .alice,
                expiry: .noon + .minutes(2)))
        let before = keys.ids(of: .auth)
        try keys.promote(keys.stage(.auth), of: .auth)
        try await TestService.with(.queue, on: .memory, keys: keys) { service in
            let admin = QueueClient(service.client(of: .operator))
            let room = try await admin.createRoom(CreateRoomRequest(name: "sale"), CallOptions(requestID: .numbered(1)))
                .room!
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room.roomID))
            let waiting = Waiting(service: service, room: room.roomID)
            let (new, _) = try await pass(waiting)
            let passes = Passes(keys)
            _ = try passes.verify(old, of: .alice, at: .noon + .seconds(119))
            _ = try passes.verify(new, of: .alice, at: .noon)
            var without = keys
            try without.drop(before[0], of: .auth)
            _ = try Passes(without).verify(new, of: .alice, at: .noon)
            #expect(throws: TokenError.unknownKey(before[0])) {
                try Passes(without).verify(old, of: .alice, at: .noon)
            }
        }
    }
}
