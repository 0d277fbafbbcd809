import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// A change of one room does not affect another. Both number their places from 1.
@Suite struct TwoRoomsTests {
    private func with(
        _ engine: Engine, limits: RoomLimits = RoomLimits(activeLimit: 1),
        _ body: (Waiting, Waiting) async throws -> Void
    ) async throws {
        try await Waiting.with(engine, limits: limits) { first in
            let request = CreateRoomRequest(name: "other", limits: limits)
            let room = try await first.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room.roomID
            _ = try await first.admin.openRoom(OpenRoomRequest(roomID: room))
            try await body(first, Waiting(service: first.service, room: room))
        }
    }

    @Test(arguments: Engine.available)
    func `a place lapses in its own room`(engine: Engine) async throws {
        try await with(engine) { first, second in
            let alice = try await first.join(.alice, request: 10)
            let bob = try await second.join(.bob, request: 11)
            _ = try await first.renew(.alice, alice)
            try await first.pass(.seconds(60))
            #expect(try await first.show(.alice, alice).state == .active)
            #expect(try await second.show(.bob, bob).state == .lapsed)
            #expect(try await first.join(.user(1), request: 12).state == .waiting)
            #expect(try await second.join(.user(1), request: 13).state == .admitted)
        }
    }

    @Test(arguments: Engine.available)
    func `the deadlines of each room move once`(engine: Engine) async throws {
        try await with(engine) { first, second in
            let alice = try await first.join(.alice, request: 10)
            let bob = try await second.join(.bob, request: 11)
            first.service.clock.advance(by: .hours(1))
            try await first.service.run("settlement")
            let deadline = Timestamp.noon + .hours(1) + .seconds(60)
            #expect(try await first.show(.alice, alice).lapsesAt == deadline)
            #expect(try await second.show(.bob, bob).lapsesAt == deadline)
        }
    }

    @Test(arguments: Engine.available)
    func `a room that is closed ends its own places`(engine: Engine) async throws {
        try await with(engine) { first, second in
            try await first.join(.alice, request: 10)
            try await second.join(.bob, request: 11)
            _ = try await first.admin.closeRoom(CloseRoomRequest(roomID: first.room))
            try await first.service.run("settlement")
            for (waiting, revoked, inside) in [(first, 1, 0), (second, 0, 1)] as [(Waiting, Int64, Int64)] {
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(shown.revokedCount == revoked && shown.admittedCount == inside)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a room admits from its own line`(engine: Engine) async throws {
        try await with(engine, limits: RoomLimits(activeLimit: 2)) { first, second in
            for (number, caller) in [TestCaller.user(1), .user(2), .bob].enumerated() {
                try await second.join(caller, request: 20 + UInt64(number))
            }
            let inside = try await first.join(.user(3), request: 30)
            try await first.join(.user(4), request: 31)
            let waits = try await first.join(.user(5), request: 32)
            let alice = try await first.join(.alice, request: 33)
            // Bob waits in the other room. His serial is now between those of the last admitted user and of alice.
            _ = try await first.leave(.user(5), waits)
            _ = try await first.leave(.user(3), inside)
            try await first.service.run("settlement")
            #expect(try await first.show(.alice, alice).state == .admitted)
            for (waiting, inside, outside) in [(first, 2, 0), (second, 2, 1)] as [(Waiting, Int64, Int64)] {
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(shown.admittedCount == inside && shown.waitingCount == outside)
            }
        }
    }
}
