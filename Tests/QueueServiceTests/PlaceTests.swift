import Identity
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct PlaceTests {
    @Test(arguments: Engine.available)
    func `showing a place claims nothing and is allowed for its user only`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let shown = try await waiting.show(.alice, alice)
            #expect(shown.state == .admitted && shown.serial == 1 && shown.admitted == 1 && shown.askAgainMs > 0)
            #expect(shown.lapsesAt == Timestamp.noon.milliseconds + 60_000)
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.show(.bob, alice) }
            var lost = alice
            lost.placeID = nobodysID
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.show(.alice, lost) }
            lost.placeID = []
            try await refused("ID_INVALID") { _ = try await waiting.show(.alice, lost) }
        }
    }

    @Test(arguments: Engine.available)
    func `a place that its user has looked at is still nobody else's`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            for pause in [Duration.zero, .zero, .milliseconds(251)] {
                waiting.service.clock.advance(by: pause)
                try await refused("PLACE_NOT_FOUND") { _ = try await waiting.show(.alice, bob) }
                #expect(try await waiting.show(.bob, bob).state == .waiting)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `the first renewal claims the slot, each returns a pass, and silence ends the place`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            try await refused("PLACE_WAITING") { _ = try await waiting.renew(.bob, bob) }
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.renew(.bob, alice) }
            let first = try await waiting.renew(.alice, alice)
            #expect(first.place?.state == .active && first.renewAfterMs == 60_000)
            try await waiting.pass(.minutes(4))
            let second = try await waiting.renew(.alice, alice)
            #expect(second.passExpiresAt - first.passExpiresAt == 240_000 && second.pass != first.pass)
            try await waiting.pass(.minutes(5))
            try await refused("PLACE_LAPSED") { _ = try await waiting.renew(.alice, alice) }
            let shown = try await waiting.show(.alice, alice)
            #expect(shown.state == .lapsed && shown.reason == "silent for too long")
            #expect(try await waiting.show(.bob, bob).state == .admitted)
        }
    }

    @Test(arguments: Engine.available) func `two simultaneous renewals both return a pass`(engine: Engine) async throws
    {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let states = try await withThrowingTaskGroup(of: PlaceState?.self) { group in
                for _ in 0..<8 { group.addTask { try await waiting.renew(.alice, alice).place?.state } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states == Array(repeating: .active, count: 8))
            #expect(try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room)).activeCount == 1)
        }
    }

    @Test(arguments: Engine.available) func `leaving repeatedly frees the slot once`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.leave(.bob, alice) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await waiting.leave(.alice, alice) } }
                try await group.waitForAll()
            }
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.bob, bob).state == .admitted)
            #expect(try await waiting.join(.user(1), request: 12).state == .waiting, "one slot, not eight")
        }
    }

    @Test(arguments: Engine.available)
    func `who leaves the line is passed over, and the next one comes in`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            let next = try await waiting.join(.user(1), request: 12)
            _ = try await waiting.leave(.bob, bob)
            _ = try await waiting.leave(.alice, alice)
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.bob, bob).state == .left)
            #expect(try await waiting.show(.user(1), next).state == .admitted)
        }
    }

    @Test(arguments: Engine.available) func `a finished pass frees the slot for the next user`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            try await refused("PLACE_NOT_ACTIVE") { _ = try await waiting.finish(alice) }
            _ = try await waiting.renew(.alice, alice)
            try await withThrowingTaskGroup(of: PlaceState.self) { group in
                for _ in 0..<8 { group.addTask { try await waiting.finish(alice) } }
                for try await state in group { #expect(state == .finished) }
            }
            var lost = alice
            lost.placeID = nobodysID
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.finish(lost) }
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.bob, bob).state == .admitted)
            try await refused("PLACE_FINISHED") { _ = try await waiting.renew(.alice, alice) }
            let client = waiting.client(of: .alice)
            let request = FinishPassRequest(roomID: waiting.room, placeID: alice.placeID)
            try await refused("ROLE_NOT_ALLOWED") { _ = try await client.finishPass(request) }
        }
    }

    @Test(arguments: Engine.available) func `a revoked place has its reason`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            try await refused("REASON_INVALID") { _ = try await waiting.revoke(alice, because: "") }
            try await withThrowingTaskGroup(of: PlaceState.self) { group in
                for _ in 0..<8 { group.addTask { try await waiting.revoke(alice, because: "bought for others") } }
                for try await state in group { #expect(state == .revoked) }
            }
            var lost = alice
            lost.placeID = nobodysID
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.revoke(lost, because: "touts") }
            let room = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(room.revokedCount == 1)
            let shown = try await waiting.show(.alice, alice)
            #expect(shown.state == .revoked && shown.reason == "bought for others")
            try await refused("PLACE_REVOKED") { _ = try await waiting.renew(.alice, alice) }
        }
    }

    @Test(arguments: Engine.available) func `a closed room notifies every user and revokes the rows`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            _ = try await waiting.renew(.alice, alice)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            for (caller, place) in [(TestCaller.alice, alice), (.bob, bob)] {
                let shown = try await waiting.show(caller, place)
                #expect(shown.state == .revoked && shown.roomState == .closed && shown.reason == "the room was closed")
            }
            try await refused("PLACE_REVOKED") { _ = try await waiting.renew(.alice, alice) }
            try await waiting.service.run("settlement")
            let room = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(room.revokedCount == 2 && room.activeCount == 0 && room.waitingCount == 0)
        }
    }

    @Test(arguments: Engine.available) func `ShowHistory returns the steps of a place with their times`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            try await waiting.pass(.seconds(2))
            _ = try await waiting.renew(.alice, alice)
            try await waiting.pass(.seconds(2))
            _ = try await waiting.revoke(alice, because: "touts")
            let request = ShowHistoryRequest(roomID: waiting.room, placeID: alice.placeID)
            let history = try await waiting.admin.showHistory(request)
            #expect(history.userID == UserID.alice.bytes && history.serial == 1)
            #expect(history.events.map(\.state) == [.waiting, .admitted, .active, .revoked])
            #expect(history.events.map { $0.at - Timestamp.noon.milliseconds } == [0, 0, 2000, 4000])
            #expect(history.events.last?.reason == "touts")
            let lost = ShowHistoryRequest(roomID: waiting.room, placeID: nobodysID)
            try await refused("PLACE_NOT_FOUND") { _ = try await waiting.admin.showHistory(lost) }
        }
    }
}
