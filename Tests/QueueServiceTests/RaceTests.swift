import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import TestSupport
import Testing
import Threads

@testable import QueueService

extension JoinLine {
    fileprivate func join(_ request: Request, in room: RoomID) async throws -> Place {
        let joined = try await withCheckedThrowingContinuation { continuation in
            join(request, in: room) { continuation.resume(with: $0) }
        }
        return try joined.outlook.place
    }
}

/// Calls to one instance while another instance is inside a transaction.
@Suite struct RaceTests {
    /// Runs `body` in a transaction of one instance that waits at `stop` until `others` are done: the first time, for
    /// it may run again.
    private func between(
        _ database: Database, _ body: @escaping @Sendable (Transaction, _ stop: () -> Void) throws -> Void,
        others: () async throws -> Void
    ) async throws {
        let (isStopped, mayGo) = (CountingSemaphore(), CountingSemaphore())
        let runs = Recorder<Int>()
        async let done: Void = database.transaction { tx in
            try body(tx) {
                runs.add(1)
                guard runs.all.count == 1 else { return }
                isStopped.signal()
                mayGo.wait()
            }
        }
        try await onThread { isStopped.wait() }
        do { try await others() } catch {
            mayGo.signal()
            throw error
        }
        mayGo.signal()
        try await done
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `an answered renewal holds, even if the room was about to lapse the place`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine, instances: 2) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.renew(.alice, alice)
            let id = try #require(RoomID(bytes: waiting.room))
            let place = try #require(PlaceID(bytes: alice.placeID))
            // The clock of one instance is past the deadline, the other one's is not.
            let late = Timestamp.noon + .minutes(5)
            try await between(waiting.service.instances[0].database) { tx, stop in
                var room = try RoomTable.lock(id, tx)
                let due = try PlaceTable.due(in: id, at: late, limit: 10, tx)
                stop()
                for place in room.settle(due: due, waiting: [], now: late) { try PlaceTable.save(place, in: id, tx) }
                try RoomTable.save(room, tx)
            } others: {
                let request = RenewRequest(roomID: waiting.room, placeID: alice.placeID)
                waiting.service.clock.advance(by: .seconds(4))
                _ = try await waiting.client(of: .alice, instance: 1).renew(request)
            }
            let shown = try await waiting.show(.alice, alice)
            #expect(shown.state == .active)
            #expect(shown.lapsesAt == (late + .seconds(4)).milliseconds)
            let kept = try await waiting.service.instances[0].database.read { try PlaceTable.find(place, in: id, $0) }
            #expect(kept?.state == .active)
        }
    }

    @Test func `a renewal that was read before the deadlines moved is made anew`() async throws {
        let limits = RoomLimits(activeLimit: 1, idleMs: 60_000, hardLimitMs: 90_000)
        try await Waiting.with(.postgreSQL, instances: 2, limits: limits) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.renew(.alice, alice)
            try await waiting.pass(.seconds(50))
            let id = try #require(RoomID(bytes: waiting.room))
            let renewal = RenewRequest(roomID: waiting.room, placeID: alice.placeID)
            try await HeldRows.with(waiting.service.instances[0].database) { tx in
                try PlaceTable.shiftDeadlines(in: id, by: .hours(1), tx)
            } while: { rows in
                async let renewed = waiting.client(of: .alice, instance: 1).renew(renewal)
                try await rows.waiting(1)
                rows.release()
                let reply = try await renewed
                #expect(reply.place?.endsAt == (.noon + .hours(1) + .seconds(90)).milliseconds)
                #expect(reply.place?.lapsesAt == (.noon + .seconds(110)).milliseconds)
                #expect(reply.passExpiresAt == (.noon + .seconds(170)).milliseconds)
            }
            #expect(try await waiting.show(.alice, alice).lapsesAt == (.noon + .seconds(110)).milliseconds)
        }
    }

    @Test func `two who leave through two instances at once free two slots`() async throws {
        try await Waiting.with(.postgreSQL, instances: 2, limits: RoomLimits(activeLimit: 2)) { waiting in
            let places = try await [waiting.join(.alice, request: 10), waiting.join(.bob, request: 11)]
            for number in 1...3 { try await waiting.join(.user(number), request: UInt64(20 + number)) }
            let requests = places.map { LeaveRequest(roomID: waiting.room, placeID: $0.placeID) }
            try await HeldRows.with(waiting.service.instances[0].database) { tx in
                try tx.execute("update room set revision = revision")
            } while: { rows in
                async let first = waiting.client(of: .alice, instance: 0).leave(requests[0])
                async let second = waiting.client(of: .bob, instance: 1).leave(requests[1])
                try await rows.waiting(2)
                rows.release()
                _ = try await (first, second)
            }
            try await waiting.service.run("settlement")
            let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(shown.leftCount == 2 && shown.admittedCount == 2 && shown.waitingCount == 1)
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `waiting and ended places are answered while the room is busy`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: 2) { waiting in
            try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            let gone = try await waiting.join(.user(1), request: 12)
            _ = try await waiting.leave(.user(1), gone)
            let id = try #require(RoomID(bytes: waiting.room))
            try await between(waiting.service.instances[0].database) { tx, stop in
                _ = try RoomTable.lock(id, tx)
                stop()
            } others: {
                for (caller, place, reason) in [(TestCaller.bob, bob, "PLACE_WAITING"), (.user(1), gone, "PLACE_LEFT")]
                {
                    let request = RenewRequest(roomID: waiting.room, placeID: place.placeID)
                    let client = waiting.client(of: caller, instance: 1)
                    try await refused(reason) { _ = try await client.renew(request) }
                }
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a room that cannot be settled does not delay the others`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let place = try #require(PlaceID(bytes: alice.placeID))
            let request = CreateRoomRequest(
                name: "other", limits: RoomLimits(activeLimit: 1),
                times: RoomTimes(joinsAt: 1, opensAt: (.noon + .seconds(1)).milliseconds))
            let other = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room!
            let next = Waiting(service: waiting.service, room: other.roomID)
            let bob = try await next.join(.bob, request: 11)
            try await waiting.service.instances[0].database.transaction { tx in
                try tx.execute("update place set state = 99, lapses_at = 1 where place_id = $1", place)
            }
            waiting.service.clock.advance(by: .seconds(1))
            await #expect(throws: DatabaseError.self) { try await waiting.service.run("settlement") }
            #expect(try await next.show(.bob, bob).state == .admitted)
        }
    }

    @Test func `waiting joins are bounded, and further ones are refused with a delay`() async throws {
        try await Waiting.with(.file) { waiting in
            let database = waiting.service.instances[0].database
            let room = try #require(RoomID(bytes: waiting.room))
            let line = JoinLine(database)
            // A batch may start before the others wait.
            let (least, most) = (JoinLine.maximumWaiting, JoinLine.maximumWaiting + JoinLine.maximumBatch)
            let tooMany = 300
            let (serials, refusals) = (Recorder<Int64>(), Recorder<RPCFailure?>())
            let joins = Recorder<Task<Void, Never>>()
            try await between(database) { _, stop in
                stop()
            } others: {
                for number in 0..<UInt64(most + tooMany) {
                    let request = JoinLine.Request(
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

    /// Has `requests` join as one batch; what came of each, in their order.
    private func join(_ requests: [JoinLine.Request], in waiting: Waiting) async throws -> [Result<Place, any Error>] {
        let database = waiting.service.instances[0].database
        let room = try #require(RoomID(bytes: waiting.room))
        let line = JoinLine(database)
        let joins = Recorder<Task<Place, any Error>>()
        try await between(database) { tx, stop in
            _ = try RoomTable.lock(room, tx)
            stop()
        } others: {
            // Each runs at once up to where it waits, so they are in order; the first one is a batch by itself.
            for request in requests {
                joins.add(Task.immediate { try await line.join(request, in: room) })
            }
        }
        var outcomes: [Result<Place, any Error>] = []
        for join in joins.all { outcomes.append(await join.result) }
        return outcomes
    }

    private func request(_ place: UInt64, of user: UserID) -> JoinLine.Request {
        JoinLine.Request(place: PlaceID(high: 1, low: place), user: user, deadline: Uptime(nanoseconds: .max))
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `a repeated join in a batch returns its place and skips no serial`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try #require(PlaceID(bytes: try await waiting.join(.alice, request: 10).placeID))
            var requests = (100..<200).map { request($0, of: UserID(high: 2, low: $0)) }
            requests.insert(request(1, of: .alice), at: 40)
            requests.insert(
                JoinLine.Request(place: alice, user: UserID(high: 2, low: 1), deadline: requests[0].deadline), at: 50)
            requests.insert(request(2, of: requests[60].user), at: 61)
            let outcomes = try await join(requests, in: waiting)
            #expect(try outcomes[40].get().id == alice)
            #expect(throws: QueueRefusal.requestIDReused) { try outcomes[50].get() }
            #expect(try outcomes[61].get() == outcomes[60].get())
            let others = outcomes.indices.filter { ![40, 50, 61].contains($0) }
            #expect(try others.map { try outcomes[$0].get().serial } == Array(2...101))
        }
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `a room with a wrong last serial loses no place`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let line = try await join((0..<60).map { request($0, of: UserID(high: 2, low: $0)) }, in: waiting)
            let database = waiting.service.instances[0].database
            let room = try #require(RoomID(bytes: waiting.room))
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
