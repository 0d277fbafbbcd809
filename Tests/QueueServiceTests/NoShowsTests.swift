import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import TestSupport
import Testing

@testable import QueueService

/// Rooms that correct their rate by users who do not come in. `AttendanceTests` has the rule.
@Suite struct NoShowsTests {
    private static let rate = 20

    @Test(arguments: Engine.available)
    func `users come in at the rate while most of them stay away, through every instance`(engine: Engine) async throws {
        let limits = RoomLimits(
            ratePerSecond: UInt32(Self.rate), ready: .milliseconds(4000), correctNoShows: true)
        try await Waiting.with(engine, instances: engine.instances, limits: limits) { waiting in
            _ = try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: waiting.room))
            let users = try await Self.line(of: 1800, waiting)
            _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: waiting.room))
            let before = try await Self.entries(during: .seconds(14), of: users, after: 0, waiting)
            let after = try await Self.entries(during: .seconds(20), of: users, after: before.admitted, waiting)
            let target = 20 * Self.rate
            #expect(abs(after.entries - target) * 100 <= 5 * target, "\(after.entries) of \(target)")
            #expect(after.admitted < users.count, "the line was long enough")
        }
    }

    private struct User: Sendable {
        let place: PlaceID
        let serial: Int64
        let client: QueueClient
        let credential: [UInt8]

        func renew(in room: RoomID) async throws {
            let request = RenewRequest(roomID: room, placeID: place)
            _ = try await client.renew(request, CallOptions(credential: credential))
        }
    }

    /// Users who join while the room admits no users, in the order of the line.
    private static func line(of count: Int, _ waiting: Waiting) async throws -> [User] {
        let clients = waiting.service.instances.indices.map { index in
            QueueClient(waiting.service.client(of: nil, instance: index))
        }
        let users = try await withThrowingTaskGroup(of: User.self) { group in
            for number in 0..<count {
                let client = clients[number % clients.count]
                let credential = TestCaller.user(number).credential(waiting.service.keys)
                group.addTask {
                    let options = CallOptions(requestID: .numbered(UInt64(1000 + number)), credential: credential)
                    let place = try await client.join(JoinRequest(roomID: waiting.room), options).place
                    return User(
                        place: place.placeID, serial: place.serial, client: client, credential: credential)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return users.sorted { $0.serial < $1.serial }
    }

    /// Lets time pass. Two of five admitted users come in at once. `admitted` is the number of users admitted so far.
    private static func entries(
        during time: Duration, of users: [User], after last: Int, _ waiting: Waiting
    ) async throws -> (entries: Int, admitted: Int) {
        var (entries, last) = (0, last)
        let end = waiting.service.clock.now + time
        while waiting.service.clock.now < end {
            waiting.service.clock.advance(by: .milliseconds(50))
            try await waiting.service.run("settlement")
            let room = try await waiting.service.instances[0].database.read { reader in
                try RoomTable.require(waiting.room, reader)
            }
            for user in users[last..<Int(room.admitted)] where user.serial % 5 < 2 {
                try await user.renew(in: waiting.room)
                entries += 1
            }
            last = Int(room.admitted)
        }
        return (entries, last)
    }

    @Test(arguments: Engine.available)
    func `every instance, and a restarted one, reads the same share`(engine: Engine) async throws {
        try await TestDatabase.with(engine, QueueSchema.migrations) { database in
            let room = try Self.measuredRoom()
            #expect(room.attendance?.passed.admitted == 40_000 && room.attendance?.windows.isEmpty == false)
            #expect(room.bucket?.factorThousandths ?? 0 > TokenBucket.unchanged)
            let read = try await database.transaction { tx in
                _ = try RoomTable.insert(room, tx)
                let read = try RoomTable.lock(room.id, tx)
                try RoomTable.save(read, tx)
                return read
            }
            #expect(read == room)
            #expect(try await database.read { try RoomTable.require(room.id, $0) } == room)
        }
    }

    /// A room of which a part of the users has not come in.
    private static func measuredRoom() throws -> Room {
        let limits = try Room.Limits(rate: 1000, correctsNoShows: true, ready: .seconds(8))
        var room = Room(
            RoomID(high: 1, low: 1), named: try RoomName("sale"), limits: limits, times: try Room.Times(), now: .noon)
        try room.open(now: .noon)
        var places = admit(40, to: &room, now: .noon)
        for index in 0..<10 { room.leave(&places[index], now: .noon) }
        for index in 10..<20 { try room.claim(&places[index], now: .noon) }
        let later = Timestamp.noon + .seconds(10)
        _ = room.settle(due: Array(places[20...]), waiting: [], now: later)
        _ = admit(5, to: &room, now: later)
        return room
    }

    private static func admit(_ count: Int64, to room: inout Room, now: Timestamp) -> [Place] {
        let places = (0..<count).map { number in
            let id = UInt64(room.lastSerial + number)
            return room.nextPlace(PlaceID(high: 2, low: id), of: UserID(high: 3, low: id), after: number, now: now)
        }
        room.append(places, now: now)
        return places
    }
}
