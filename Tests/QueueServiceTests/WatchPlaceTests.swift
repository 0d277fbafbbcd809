import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

/// A room with one slot, alice inside, bob and carol behind her, in one thread under a simulated clock.
private struct World: Sendable {
    let simulation: ServiceSimulation
    let room: RoomID
    let places: [QueueAPI.Place]

    static let people = [TestCaller.alice, .bob, .user(1)]

    init() throws {
        let simulation = try ServiceSimulation(.queue)
        self.simulation = simulation
        (room, places) = try simulation.run {
            let admin = QueueClient(simulation.client(of: .operator))
            let request = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 1))
            let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room.roomID
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room))
            var places: [QueueAPI.Place] = []
            for (number, caller) in Self.people.enumerated() {
                let client = QueueClient(simulation.client(of: caller))
                let options = CallOptions(requestID: .numbered(UInt64(10 + number)))
                places.append(try await client.join(JoinRequest(roomID: room), options).place)
            }
            return (room, places)
        }
    }

    func client(_ person: Int) -> QueueClient { QueueClient(simulation.client(of: Self.people[person])) }

    /// Watches until the stream ends or `count` items have arrived. Records the time of each.
    func watch(_ person: Int, count: Int, into recorder: Recorder<(QueueAPI.Place, Uptime)>) {
        let request = WatchPlaceRequest(roomID: room, placeID: places[person].placeID)
        let client = client(person)
        simulation.simulation.start { [clock = simulation.clock] in
            var left = count
            do {
                for try await item in client.watchPlace(request) {
                    recorder.add((item.place, clock.uptime))
                    left -= 1
                    if left == 0 { return }
                }
            } catch { Issue.record(error) }
        }
    }
}

@Suite struct WatchPlaceTests {
    struct Accepts {
        @Test func `a watcher receives the state, then each change, then the end`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(2, count: .max, into: received)
            world.simulation.simulation.run(for: .seconds(5))
            #expect(received.all.map(\.0.peopleAhead) == [1], "without a change there is no notification")
            try world.simulation.run { [world] in
                _ = try await world.client(0).leave(LeaveRequest(roomID: world.room, placeID: world.places[0].placeID))
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.map(\.0.peopleAhead) == [1, 0])
            try world.simulation.run { [world] in
                _ = try await world.client(1).leave(LeaveRequest(roomID: world.room, placeID: world.places[1].placeID))
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.last?.0.state == .admitted)
            world.simulation.simulation.run(for: .seconds(70))
            #expect(received.all.map(\.0.state) == [.waiting, .waiting, .admitted, .lapsed])
        }

        @Test func `watching claims nothing`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(0, count: .max, into: received)
            world.simulation.simulation.run(for: .seconds(65))
            #expect(received.all.map(\.0.state) == [.admitted, .lapsed])
        }

        @Test func `a watcher receives the claim and the end of an admitted place`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(0, count: .max, into: received)
            world.simulation.simulation.run(for: .seconds(5))
            try world.simulation.run { [world] in
                _ = try await world.client(0).renew(RenewRequest(roomID: world.room, placeID: world.places[0].placeID))
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.map(\.0.state) == [.admitted, .active])
            try world.simulation.run { [world] in
                _ = try await world.client(0).leave(LeaveRequest(roomID: world.room, placeID: world.places[0].placeID))
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.map(\.0.state) == [.admitted, .active, .left])
        }

        /// Whenever the end comes: a place is read by its key only once a second.
        @Test(arguments: [0, 250, 500, 750])
        func `a watcher receives the end of an active place within half a second`(offset: Int) throws {
            let world = try World()
            let heard = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(0, count: .max, into: heard)
            try world.simulation.run { [world] in
                _ = try await world.client(0).renew(RenewRequest(roomID: world.room, placeID: world.places[0].placeID))
            }
            world.simulation.simulation.run(for: .seconds(5) + .milliseconds(offset))
            #expect(heard.all.last?.0.state == .active)
            try world.simulation.run { [world] in
                _ = try await world.client(0).leave(LeaveRequest(roomID: world.room, placeID: world.places[0].placeID))
            }
            world.simulation.simulation.run(for: .milliseconds(400))
            #expect(heard.all.last?.0.state == .left)
        }

        @Test func `a watcher receives the end of a place that waited`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(2, count: .max, into: received)
            world.simulation.simulation.run(for: .seconds(2))
            try world.simulation.run { [world] in
                _ = try await world.client(2).leave(LeaveRequest(roomID: world.room, placeID: world.places[2].placeID))
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.map(\.0.state) == [.waiting, .left])
        }

        @Test func `a watcher is notified at most once a second`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(2, count: .max, into: received)
            world.simulation.simulation.run(for: .milliseconds(300))
            try world.simulation.run { [world] in
                let admin = QueueClient(world.simulation.client(of: .operator))
                for _ in 0..<20 {
                    _ = try await admin.pauseRoom(PauseRoomRequest(roomID: world.room))
                    try await world.simulation.clock.sleep(for: .milliseconds(130))
                    _ = try await admin.openRoom(OpenRoomRequest(roomID: world.room))
                    try await world.simulation.clock.sleep(for: .milliseconds(270))
                }
            }
            world.simulation.simulation.run(for: .seconds(2))
            #expect(received.all.count > 3)
            for (earlier, later) in zip(received.all, received.all.dropFirst()) {
                #expect(
                    later.1 - earlier.1 >= .milliseconds(990), "the network adds up to a millisecond")
            }
        }

        @Test func `watchers are notified of a pause, a drain and the end of a room`() throws {
            let world = try World()
            let received = Recorder<(QueueAPI.Place, Uptime)>()
            world.watch(2, count: .max, into: received)
            try world.simulation.run { [world] in
                let admin = QueueClient(world.simulation.client(of: .operator))
                try await world.simulation.clock.sleep(for: .seconds(3))
                _ = try await admin.pauseRoom(PauseRoomRequest(roomID: world.room))
                try await world.simulation.clock.sleep(for: .seconds(3))
                _ = try await admin.drainRoom(DrainRoomRequest(roomID: world.room))
                try await world.simulation.clock.sleep(for: .seconds(3))
                _ = try await admin.closeRoom(CloseRoomRequest(roomID: world.room))
                try await world.simulation.clock.sleep(for: .seconds(3))
            }
            #expect(received.all.map(\.0.roomState) == [.open, .paused, .draining, .closed])
            #expect(received.all.last?.0.state == .revoked)
        }

        @Test(arguments: Engine.available) func `watchers are notified when others leave, on every engine`(
            engine: Engine
        )
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                let items = waiting.client(of: .bob).watchPlace(
                    WatchPlaceRequest(roomID: waiting.room, placeID: bob.placeID)
                ).makeAsyncIterator()
                let first = try await items.next()
                #expect(first?.place.state == .waiting)
                _ = try await waiting.leave(.alice, alice)
                // The first poll may run before the watcher waits; every later one finds it.
                let looking = Task {
                    while !Task.isCancelled {
                        try await waiting.pass(.seconds(1))
                        try await waiting.service.run("watches")
                        await Task.yield()
                    }
                }
                let second = try await items.next()
                #expect(second?.place.state == .admitted)
                looking.cancel()
                _ = try? await looking.value
            }
        }
    }

    struct Refuses {
        @Test func `a place of another user is refused`() throws {
            let world = try World()
            try world.simulation.run { [world] in
                let request = WatchPlaceRequest(roomID: world.room, placeID: world.places[1].placeID)
                try await refused("PLACE_UNKNOWN") { for try await _ in world.client(0).watchPlace(request) {} }
            }
        }
    }
}
