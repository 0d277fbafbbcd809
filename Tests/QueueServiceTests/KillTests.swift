import Identity
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// The real program, killed at any moment.
@Suite(.serialized) struct KillTests {
    private static let kills = 5
    private static let users = 40
    private static let activeLimit: UInt32 = 15

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills under joins and renewals every user has the same place, and slots add up`(
        engine: Engine
    ) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keys = "\(database.folder.path)/keys"
        let crowd = Crowd(keys: try KeyFile.create(at: keys))
        let loops = Loops(count: 1)
        defer { loops.stop() }
        var random = SeededGenerator(seed: 11)
        for run in 0...Self.kills {
            let program = try await ServiceProcess.start("QueueService", on: database, keys: keys)
            let client = Client(to: [program.address], on: loops)
            let calls = QueueClient(client)
            let room = try await crowd.open(calls, limit: Self.activeLimit)
            let isLast = run == Self.kills
            let pause = UInt32.random(in: 0...150_000, using: &random)
            async let killed: Void = isLast ? () : Self.kill(program, after: pause, client)
            let places = await withTaskGroup(of: (Int, QueueAPI.Place)?.self) { group in
                for user in 0..<Self.users { group.addTask { await crowd.join(calls, room, user, from: run) } }
                return await group.reduce(into: [Int: QueueAPI.Place]()) { places, place in
                    if let place { places[place.0] = place.1 }
                }
            }
            try await killed
            crowd.check(places)
            if isLast {
                #expect(places.count == Self.users)
                try await crowd.checkRoom(calls, room, limit: Self.activeLimit)
                try await Self.kill(program, after: 0, client)
            }
        }
    }

    /// Ends the client with the program, because its calls would otherwise be repeated until their deadlines.
    private static func kill(_ program: ServiceProcess, after pause: UInt32, _ client: Client) async throws {
        try await program.kill(after: pause)
        await client.shutdown()
    }
}

/// Users and the places in the answers to them.
private final class Crowd: @unchecked Sendable {
    // Sound because: `known` is touched by the test itself only, between the runs.

    private let keys: KeyFile
    private var known: [Int: QueueAPI.Place] = [:]

    init(keys: KeyFile) {
        self.keys = keys
    }

    private func options(_ caller: TestCaller, _ number: UInt64 = 0) -> CallOptions {
        CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: caller.credential(keys))
    }

    /// The same requests after each restart.
    func open(_ calls: QueueClient, limit: UInt32) async throws -> RoomID {
        let request = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: limit))
        let room = try await calls.createRoom(request, options(.operator, 1)).room.roomID
        _ = try await calls.openRoom(OpenRoomRequest(roomID: room), options(.operator))
        return room
    }

    /// Joins with a new request in each run, and renews until the program is gone. Nil if it was gone before.
    func join(_ calls: QueueClient, _ room: RoomID, _ user: Int, from run: Int) async -> (Int, QueueAPI.Place)? {
        let caller = TestCaller.user(user)
        let joining = options(caller, UInt64(1000 * (run + 1) + user))
        guard let place = try? await calls.join(JoinRequest(roomID: room), joining).place else { return nil }
        for _ in 0..<20 {
            let renewal = RenewRequest(roomID: room, placeID: place.placeID)
            guard (try? await calls.renew(renewal, options(caller))) != nil else { break }
        }
        return (user, place)
    }

    func check(_ places: [Int: QueueAPI.Place]) {
        for (user, place) in places {
            if let before = known[user] {
                #expect(place.placeID == before.placeID && place.serial == before.serial, "user \(user)")
            }
            known[user] = place
        }
        #expect(Set(known.values.map(\.serial)).count == known.count, "two users share a serial")
    }

    func checkRoom(_ calls: QueueClient, _ room: RoomID, limit: UInt32) async throws {
        let shown = try await calls.showRoom(ShowRoomRequest(roomID: room), options(.operator))
        #expect(known.values.map(\.serial).sorted() == Array(1...Int64(known.count)), "serials have no gap")
        #expect(shown.joinedCount == Int64(known.count))
        #expect(shown.admittedCount + shown.activeCount == Int64(limit))
        #expect(shown.waitingCount == Int64(known.count) - Int64(limit))
    }
}
