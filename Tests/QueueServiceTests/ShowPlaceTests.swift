import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ShowPlaceTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a user sees the place, which claims nothing`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let shown = try await waiting.show(.alice, alice)
                #expect(shown.state == .admitted && shown.serial == 1 && shown.admitted == 1 && shown.askAgain > .zero)
                #expect(shown.lapsesAt == .noon + .seconds(60))
            }
        }

        @Test(arguments: Engine.available)
        func `changes of the same instance are visible immediately`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                #expect(try await waiting.show(.bob, bob).roomState == .open)
                _ = try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: waiting.room))
                #expect(try await waiting.show(.bob, bob).roomState == .paused)
                _ = try await waiting.leave(.bob, bob)
                #expect(try await waiting.show(.bob, bob).state == .left)
            }
        }

        @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
        func `changes of another instance are visible after 250 ms`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: 2) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                #expect(try await waiting.show(.bob, bob).state == .waiting)
                let gone = LeaveRequest(roomID: waiting.room, placeID: alice.placeID)
                _ = try await waiting.client(of: .alice, instance: 1).leave(gone)
                try await waiting.service.run("settlement")
                #expect(try await waiting.show(.bob, bob, instance: 1).state == .admitted)
                waiting.service.clock.advance(by: .milliseconds(251))
                #expect(try await waiting.show(.bob, bob).state == .admitted)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a place of another user is refused, and so is an unknown one`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                var place = try await waiting.join(.alice, request: 10)
                try await refused("PLACE_UNKNOWN") { [place] in _ = try await waiting.show(.bob, place) }
                place.placeID = .unknown
                try await refused("PLACE_UNKNOWN") { [place] in _ = try await waiting.show(.alice, place) }
            }
        }

        @Test(arguments: Engine.available)
        func `a cached place of another user is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                for pause in [Duration.zero, .zero, .milliseconds(251)] {
                    waiting.service.clock.advance(by: pause)
                    try await refused("PLACE_UNKNOWN") { _ = try await waiting.show(.alice, bob) }
                    #expect(try await waiting.show(.bob, bob).state == .waiting)
                }
            }
        }
    }
}
