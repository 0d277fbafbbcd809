import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

@Suite struct SetRoomMessageTests {
    private static func say(_ text: String, _ waiting: Waiting) async throws -> QueueAPI.Room {
        let request = SetRoomMessageRequest(roomID: waiting.room, message: text)
        return try await waiting.admin.setRoomMessage(request).room
    }

    struct Accepts {
        @Test(arguments: Engine.available)
        func `users read the message at their next look-up, until it is cleared`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                #expect(try await waiting.show(.bob, bob).roomMessage == "")
                for text in ["Wir öffnen später.", String(repeating: "x", count: 500), ""] {
                    #expect(try await say(text, waiting).message == text)
                    #expect(try await waiting.show(.bob, bob).roomMessage == text)
                    #expect(try await waiting.renew(.alice, alice).place.roomMessage == text)
                }
            }
        }

        @Test func `watchers receive the message within two seconds`() throws {
            let simulation = try ServiceSimulation(.queue)
            let admin = QueueClient(simulation.client(of: .operator))
            let alice = QueueClient(simulation.client(of: .alice))
            let place = try simulation.run {
                let request = CreateRoomRequest(
                    name: "sale", times: RoomTimes(joinsAt: Timestamp.noon, opensAt: Timestamp.noon + .hours(9)))
                let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room.roomID
                return try await alice.join(JoinRequest(roomID: room), CallOptions(requestID: .numbered(2))).place
            }
            let received = Recorder<String>()
            simulation.simulation.start {
                let watch = WatchPlaceRequest(roomID: place.roomID, placeID: place.placeID)
                do { for try await item in alice.watchPlace(watch) { received.add(item.place.roomMessage) } } catch {
                    Issue.record(error)
                }
            }
            simulation.simulation.run(for: .seconds(5))
            for text in ["Later today.", ""] {
                try simulation.run {
                    _ = try await admin.setRoomMessage(SetRoomMessageRequest(roomID: place.roomID, message: text))
                }
                simulation.simulation.run(for: .seconds(2))
                #expect(received.all.last == text)
            }
            #expect(received.all == ["", "Later today.", ""])
            try simulation.run {
                _ = try await alice.leave(LeaveRequest(roomID: place.roomID, placeID: place.placeID))
            }
            simulation.simulation.run(for: .seconds(2))
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a long message, one that controls a screen, and a closed room are refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for text in [String(repeating: "é", count: 251), "a\nb", "\u{1B}[2J", "\u{202E}txt", "a\u{200B}b"] {
                    try await refused("INVALID_FIELD") { _ = try await say(text, waiting) }
                }
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                try await refused("ROOM_CLOSED") { _ = try await say("Hello", waiting) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated message is one action`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for _ in 0..<2 { _ = try await say("Hello", waiting) }
                let actions = try await waiting.service.actions()
                #expect(actions.count { $0.method.hasSuffix("/SetRoomMessage") } == 1)
            }
        }
    }
}
