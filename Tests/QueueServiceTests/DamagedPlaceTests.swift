import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service
import TestSupport
import Testing

@testable import QueueService

/// A place whose row cannot be read fails the calls for this place, and no others.
@Suite struct DamagedPlaceTests {
    private static let shared = Engine.available.filter { $0 != .memory }

    /// Sends the requests together: the first is a batch of its own, the others wait for it and share the next one. Returns the
    /// outcome of each in their order.
    private func together<Request: Sendable>(
        _ requests: [Request], in waiting: Waiting,
        _ call: @escaping @Sendable (Request) async throws -> Place
    ) async throws -> [Place?] {
        let calls = Recorder<Task<Place, any Error>>()
        try await between(waiting.service.instances[0].database) { tx, stop in
            try tx.execute("update room set revision = revision")
            try tx.execute("update place set revision = revision")
            stop()
        } others: {
            for request in requests { calls.add(Task.immediate { try await call(request) }) }
        }
        var places: [Place?] = []
        for call in calls.all { places.append(try? await call.value) }
        return places
    }

    private func damage(_ place: PlaceID, in waiting: Waiting) async throws {
        try await waiting.service.instances[0].database.transaction { tx in
            try tx.executeOne("update place set state = 99 where place_id = $1", place)
        }
    }

    /// Runs `body` with five active places, of which the third is damaged.
    private func withFive(
        _ engine: Engine, _ body: (Waiting, _ places: [PlaceID]) async throws -> Void
    ) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 5)) { waiting in
            var places: [PlaceID] = []
            for number in 0..<5 {
                let place = try await waiting.join(.user(number), request: UInt64(100 + number))
                _ = try await waiting.renew(.user(number), place)
                places.append(place.placeID)
            }
            try await damage(places[2], in: waiting)
            try await body(waiting, places)
        }
    }

    @Test(arguments: shared) func `others of its batch are renewed`(engine: Engine) async throws {
        try await withFive(engine) { waiting, places in
            let line = RenewBatch.line(on: waiting.service.instances[0].database)
            let requests = places.enumerated().map { number, place in
                RenewBatch.Request(
                    place: place, user: TestCaller.user(number).user, deadline: Uptime(nanoseconds: .max))
            }
            let renewed = try await together(requests, in: waiting) { request in
                let (batch, index) = try await line.outcome(of: request, in: waiting.room)
                return try batch.place(index)
            }
            #expect(renewed.map { $0?.state } == [.active, .active, nil, .active, .active])
        }
    }

    @Test(arguments: shared) func `others of its batch are ended`(engine: Engine) async throws {
        try await withFive(engine) { waiting, places in
            let line = EndBatch.line(on: waiting.service.instances[0].database)
            let requests = places.map { place in
                EndBatch.Request(place: place, user: nil, deadline: Uptime(nanoseconds: .max)) { room, place, now in
                    room.leave(&place, now: now)
                }
            }
            let ended = try await together(requests, in: waiting) { request in
                let (batch, index) = try await line.outcome(of: request, in: waiting.room)
                return try batch.outlook(index).place
            }
            #expect(ended.map { $0?.state } == [.left, .left, nil, .left, .left])
            var states: [PlaceState] = []
            for number in 5..<10 {
                states.append(try await waiting.join(.user(number), request: UInt64(100 + number)).state)
            }
            #expect(
                states == [.admitted, .admitted, .admitted, .admitted, .waiting], "the damaged place keeps its slot")
        }
    }

    @Test(arguments: shared) func `others of its batch join`(engine: Engine) async throws {
        try await withFive(engine) { waiting, places in
            let line = JoinBatch.line(on: waiting.service.instances[0].database)
            var requests = (0..<5).map { number in
                JoinBatch.Request(
                    place: PlaceID(high: 1, low: UInt64(number)), user: UserID(high: 8, low: UInt64(number)),
                    deadline: Uptime(nanoseconds: .max))
            }
            // The retry of an earlier join.
            requests[2] = JoinBatch.Request(
                place: places[2], user: TestCaller.user(2).user, deadline: Uptime(nanoseconds: .max))
            let joined = try await together(requests, in: waiting) { request in
                try await withCheckedThrowingContinuation { continuation in
                    line.add(request, to: waiting.room) { batch, index in
                        continuation.resume(with: Result { try batch.get().outlook(index).place })
                    }
                }
            }
            #expect(joined.map { $0?.serial } == [6, 7, nil, 8, 9])
        }
    }

    @Test(arguments: Engine.available)
    func `others of its room lapse and are admitted, and the job reports it`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 3)) { waiting in
            var places: [QueueAPI.Place] = []
            for number in 0..<5 { places.append(try await waiting.join(.user(number), request: UInt64(100 + number))) }
            try await damage(places[0].placeID, in: waiting)
            try await waiting.pass(.seconds(59))
            waiting.service.clock.advance(by: .seconds(1))
            await #expect(throws: DatabaseError.self) { try await waiting.service.run("settlement") }
            var states: [PlaceState] = []
            for number in 1..<5 { states.append(try await waiting.show(.user(number), places[number]).state) }
            #expect(states == [.lapsed, .lapsed, .admitted, .admitted])
            // Both settle the room first, and the damaged place keeps its slot.
            waiting.service.clock.advance(by: .seconds(2))
            #expect(try await waiting.join(.user(5), request: 105).state == .waiting)
            #expect(try await waiting.renew(.user(3), places[3]).place.state == .active)
        }
    }

    /// Only SQLite stores a text in a column of numbers.
    @Test(arguments: [Engine.memory, .file])
    func `the line passes over a damaged place that waits, and no other`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            var places: [QueueAPI.Place] = []
            for number in 0..<4 { places.append(try await waiting.join(.user(number), request: UInt64(100 + number))) }
            try await damageTime(places[1].placeID, in: waiting)
            _ = try await waiting.leave(.user(0), places[0])
            await #expect(throws: DatabaseError.self) { try await waiting.service.run("settlement") }
            #expect(try await waiting.show(.user(2), places[2]).state == .admitted)
            #expect(try await waiting.show(.user(3), places[3]).state == .waiting)
            _ = try await waiting.leave(.user(2), places[2])
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.user(3), places[3]).state == .admitted)
        }
    }

    @Test(arguments: [Engine.memory, .file])
    func `a closed room revokes the others`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11).placeID
            try await damageTime(alice.placeID, in: waiting)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            await #expect(throws: DatabaseError.self) { try await waiting.service.run("settlement") }
            let (database, room) = (waiting.service.instances[0].database, waiting.room)
            #expect(try await database.read { try PlaceTable.find(bob, in: room, $0) }?.state == .revoked)
        }
    }

    private func damageTime(_ place: PlaceID, in waiting: Waiting) async throws {
        try await waiting.service.instances[0].database.transaction { tx in
            try tx.executeOne("update place set joined_at = 'noon' where place_id = $1", place)
        }
    }

    /// In each of two rooms a damaged place is watched, beside a healthy one.
    @Test(arguments: Engine.available)
    func `watchers of other places are notified, in its room and in others`(engine: Engine) async throws {
        try await Waiting.with(engine) { first in
            let other = try await first.create("other", RoomLimits(activeLimit: 1)).roomID
            _ = try await first.admin.openRoom(OpenRoomRequest(roomID: other))
            let database = first.service.instances[0].database
            let watches = RoomWatches(database, first.service.clock)
            let notified = Recorder<RoomID>()
            var tasks: [Task<Void, Never>] = []
            for waiting in [first, Waiting(service: first.service, room: other)] {
                let room = waiting.room
                for (caller, request) in [(TestCaller.alice, 10), (.bob, 11)] as [(TestCaller, UInt64)] {
                    let place = try await waiting.join(caller, request: request + 2 * UInt64(tasks.count)).placeID
                    let watcher = watches.add(place, in: room)
                    let snapshot = try await database.read { reader in
                        RoomWatches.Snapshot(
                            try PlaceTable.require(place, of: nil, in: room, reader),
                            in: try RoomTable.require(room, reader), at: reader.now)
                    }
                    tasks.append(
                        Task.immediate {
                            if await watches.next(after: snapshot, watcher) != nil { notified.add(room) }
                        })
                    if caller.user == .alice { try await damage(place, in: waiting) }
                }
                _ = try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: room))
            }
            first.service.clock.advance(by: .seconds(1))
            await #expect(throws: DatabaseError.self) { try await watches.poll() }
            try await eventually("all are notified of the pause") { notified.all.count == 4 }
            for task in tasks { task.cancel() }
            for task in tasks { await task.value }
        }
    }
}
