import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service
import TestSupport
import Testing

@testable import QueueService

extension JoinBatch.Line {
    fileprivate func join(_ request: JoinBatch.Request, in room: RoomID) async throws -> Place {
        try await withCheckedThrowingContinuation { continuation in
            add(request, to: room) { batch, index in
                continuation.resume(with: Result { try batch.get().outlook(index).place })
            }
        }
    }
}

/// Joins that wait while a transaction of another caller runs.
@Suite struct JoinBatchTests {
    /// Sends `requests` as one batch, and returns the outcome of each in their order.
    private func join(_ requests: [JoinBatch.Request], in waiting: Waiting) async throws -> [Result<Place, any Error>] {
        let database = waiting.service.instances[0].database
        let room = waiting.room
        let line = JoinBatch.line(on: database)
        let joins = Recorder<Task<Place, any Error>>()
        try await between(database) { tx, stop in
            _ = try RoomTable.lock(room, tx)
            stop()
        } others: {
            // Each runs up to its first wait, so they are in order. The first one is a batch of its own.
            for request in requests {
                joins.add(Task.immediate { try await line.join(request, in: room) })
            }
        }
        var outcomes: [Result<Place, any Error>] = []
        for join in joins.all { outcomes.append(await join.result) }
        return outcomes
    }

    private func request(_ place: UInt64, of user: UserID) -> JoinBatch.Request {
        JoinBatch.Request(place: PlaceID(high: 1, low: place), user: user, deadline: Uptime(nanoseconds: .max))
    }

    @Test func `waiting joins are bounded, and further ones are refused with a delay`() async throws {
        try await Waiting.with(.file) { waiting in
            let database = waiting.service.instances[0].database
            let room = waiting.room
            let line = JoinBatch.line(on: database)
            // A batch may start before the others wait.
            let least = JoinBatch.Line.waitingLimit
            let most = least + JoinBatch.Line.batchLimit
            let tooMany = 300
            let (serials, refusals) = (Recorder<Int64>(), Recorder<RPCFailure?>())
            let joins = Recorder<Task<Void, Never>>()
            try await between(database) { _, stop in
                stop()
            } others: {
                for number in 0..<UInt64(most + tooMany) {
                    let request = JoinBatch.Request(
                        place: PlaceID(high: 1, low: number), user: UserID(high: 2, low: number),
                        deadline: Uptime(nanoseconds: .max))
                    joins.add(
                        Task {
                            do {
                                serials.add(try await line.join(request, in: room).serial)
                            } catch {
                                refusals.add(error as? RPCFailure)
                            }
                        })
                }
                try await eventually("those who are too many are refused") { refusals.all.count >= tooMany }
            }
            for join in joins.all { await join.value }
            #expect((least...most).contains(serials.all.count))
            #expect(serials.all.sorted() == Array(1...Int64(serials.all.count)))
            #expect(serials.all.count + refusals.all.count == most + tooMany)
            for refusal in refusals.all {
                #expect(refusal?.reason == "TOO_MANY_JOINS" && refusal?.isNotProcessed == true)
                #expect(refusal?.retryAfter != nil)
            }
        }
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `a repeated join in a batch returns its place and skips no serial`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10).placeID
            var requests = (100..<200).map { request($0, of: UserID(high: 2, low: $0)) }
            requests.insert(request(1, of: .alice), at: 40)
            requests.insert(
                JoinBatch.Request(place: alice, user: UserID(high: 2, low: 1), deadline: requests[0].deadline), at: 50)
            requests.insert(request(2, of: requests[60].user), at: 61)
            let outcomes = try await join(requests, in: waiting)
            #expect(try outcomes[40].get().id == alice)
            #expect(throws: QueueRefusal.requestIDReused) { try outcomes[50].get() }
            #expect(try outcomes[61].get() == outcomes[60].get())
            let others = outcomes.indices.filter { ![40, 50, 61].contains($0) }
            #expect(try others.map { try outcomes[$0].get().serial } == Array(2...101))
        }
    }

    @Test(arguments: Engine.available.filter { $0 != .memory }, [1, 3, 16, 23])
    func `the first of a batch are admitted within the limit, and the others wait`(
        engine: Engine, limit: Int
    ) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: UInt32(limit))) { waiting in
            let outcomes = try await join((0..<62).map { request($0, of: UserID(high: 2, low: $0)) }, in: waiting)
            let places = try outcomes.map { try $0.get() }
            #expect(places.map(\.serial) == Array(1...62))
            #expect(places.map { $0.state == .admitted } == (1...62).map { $0 <= limit })
            let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(shown.admittedCount == Int64(limit) && shown.waitingCount == Int64(62 - limit))
            try await waiting.service.run("settlement")
            _ = try await waiting.admin.revokePlace(
                RevokePlaceRequest(roomID: waiting.room, placeID: places[0].id, reason: "touts"))
            try await waiting.service.run("settlement")
            let database = waiting.service.instances[0].database
            let room = waiting.room
            let next = try await database.read { try PlaceTable.find(places[limit].id, in: room, $0) }
            #expect(next?.state == .admitted, "the user with the next serial is admitted")
        }
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `a room with a wrong last serial loses no place`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let line = try await join((0..<60).map { request($0, of: UserID(high: 2, low: $0)) }, in: waiting)
            let database = waiting.service.instances[0].database
            let room = waiting.room
            try await database.transaction { tx in
                try tx.execute("update room set last_serial = 30, admitted = 1 where room_id = $1", room)
            }
            for outcome in try await join((100..<160).map { request($0, of: UserID(high: 3, low: $0)) }, in: waiting) {
                #expect(throws: DatabaseError.self) { try outcome.get() }
            }
            for place in line {
                let place = try place.get()
                #expect(
                    try await database.read { try PlaceTable.find(place.id, in: room, $0) }?.serial == place.serial)
            }
        }
    }
}
