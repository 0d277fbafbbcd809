import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import TestSupport
import Testing
import Threads

@testable import QueueService

/// Users, operators, settlements and outages at random, at once and through every instance.
@Suite(.serialized) struct RandomRoomTests {
    private static let users = 8
    private static let actors = 12
    private static let actions = 60
    private static let largestLimit: UInt32 = 9

    @Test(arguments: [Engine.file, .postgreSQL], 1...5)
    func `a room keeps its invariants at every moment, and loses no slot`(engine: Engine, seed: UInt64) async throws {
        let limits = RoomLimits(
            activeLimit: Self.largestLimit, ready: .milliseconds(5000), idle: .milliseconds(8000),
            hardLimit: .milliseconds(20_000))
        // The last two have a draw.
        let times = seed > 3 ? RoomTimes(joinsAt: Timestamp(milliseconds: 1)) : nil
        try await Waiting.with(
            engine, instances: engine.instances, limits: limits, times: times, drawRound: seed > 3 ? 9 : 0
        ) { waiting in
            let history = RandomRoom(
                waiting, users: Self.users, largestLimit: Self.largestLimit, hasDraw: seed > 3)
            let isOver = Lock(false)
            async let time: Void = history.passTime(seed) { isOver.withLock { $0 } }
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for actor in 0..<Self.actors {
                        let closesAt = actor == 0 && seed == 3 ? Self.actions * 3 / 4 : nil
                        group.addTask {
                            await history.act(Self.actions, seed * 1000 + UInt64(actor), closesAt: closesAt)
                        }
                    }
                    try await group.waitForAll()
                }
            } catch {
                isOver.withLock { $0 = true }
                try await time
                throw error
            }
            isOver.withLock { $0 = true }
            try await time
            try await history.expectEmpty()
            #expect(history.problems.all == [], "seed \(seed)")
        }
    }
}

/// One room and the actors around it.
private final class RandomRoom: Sendable {
    private static let refusals: Set<String?> = [
        "PLACE_WAITING", "PLACE_NOT_ACTIVE", "PLACE_LAPSED", "PLACE_LEFT", "PLACE_REVOKED", "PLACE_FINISHED",
        "ROOM_CLOSED", "DRAW_PENDING", "DRAW_NOT_CLOSED", "RECEIPT_NOT_YET",
    ]

    let problems = Recorder<String>()
    private let waiting: Waiting
    private let clients: [Client]
    private let users: Int
    private let largestLimit: UInt32
    private let hasDraw: Bool
    private let nextRequest = Lock<UInt64>(1000)
    /// The latest place of each user.
    private let places: Lock<[PlaceID?]>
    private let last = Lock<(admitted: Int64, states: [Int64: Place.State], numbers: [Int64: Int64])>((0, [:], [:]))

    init(_ waiting: Waiting, users: Int, largestLimit: UInt32, hasDraw: Bool) {
        self.waiting = waiting
        self.users = users
        self.largestLimit = largestLimit
        self.hasDraw = hasDraw
        clients = waiting.service.instances.indices.map { waiting.service.client(of: nil, instance: $0) }
        places = Lock(Array(repeating: nil, count: users))
    }

    private func client(_ random: inout SeededGenerator) -> QueueClient {
        QueueClient(clients[Int.random(in: clients.indices, using: &random)])
    }

    private func options(_ caller: TestCaller) -> CallOptions {
        let request = nextRequest.withLock { number in
            number += 1
            return number
        }
        return CallOptions(
            timeout: .hours(10), requestID: .numbered(request), credential: caller.credential(waiting.service.keys))
    }

    /// Makes one user after another join, come in, and go. Sometimes changes the room. Closes it before action `closesAt`.
    func act(_ count: Int, _ seed: UInt64, closesAt: Int?) async {
        var random = SeededGenerator(seed: seed)
        for number in 0..<count {
            let user = Int.random(in: 0..<users, using: &random)
            let verb = number == closesAt ? .max : Int.random(in: 0..<(hasDraw ? 26 : 24), using: &random)
            let limit = UInt32.random(in: 3...largestLimit, using: &random)
            let client = client(&random)
            do {
                if verb < 21 { try await act(verb / 2, user, client) } else { try await operate(verb, limit, client) }
            } catch let failure as RPCFailure where Self.refusals.contains(failure.reason) {
                continue
            } catch {
                problems.add("verb \(verb) of user \(user): \(error)")
            }
        }
    }

    private func act(_ verb: Int, _ user: Int, _ client: QueueClient) async throws {
        let (caller, room) = (TestCaller.user(user), waiting.room)
        guard let place = places.withLock({ $0[user] }), verb > 2 else {
            let place = try await client.join(JoinRequest(roomID: room), options(caller)).place
            return places.withLock { $0[user] = place.placeID }
        }
        switch verb {
        case 3...7: _ = try await client.renew(RenewRequest(roomID: room, placeID: place), options(caller))
        case 8: _ = try await client.leave(LeaveRequest(roomID: room, placeID: place), options(caller))
        case 9: _ = try await client.finishPass(FinishPassRequest(roomID: room, placeID: place), options(.service))
        default:
            let request = RevokePlaceRequest(roomID: room, placeID: place, reason: "touts")
            _ = try await client.revokePlace(request, options(.operator))
        }
    }

    private func operate(_ verb: Int, _ limit: UInt32, _ client: QueueClient) async throws {
        switch verb {
        case 21: _ = try await client.pauseRoom(PauseRoomRequest(roomID: waiting.room), options(.operator))
        case 22: _ = try await client.openRoom(OpenRoomRequest(roomID: waiting.room), options(.operator))
        case 23: try await configure(limit, client)
        case 24: _ = try await client.closeDraw(CloseDrawRequest(roomID: waiting.room), options(.operator))
        case 25: try await draw(client)
        default: _ = try await client.closeRoom(CloseRoomRequest(roomID: waiting.room), options(.operator))
        }
    }

    private func draw(_ client: QueueClient) async throws {
        let request = DrawRoomRequest(roomID: waiting.room, beacon: Drawing.beacon)
        _ = try await client.drawRoom(request, options(.operator))
    }

    private func configure(_ limit: UInt32, _ client: QueueClient) async throws {
        let limits = RoomLimits(
            activeLimit: limit, ready: .milliseconds(5000), idle: .milliseconds(8000), hardLimit: .milliseconds(20_000))
        _ = try await client.configureRoom(
            ConfigureRoomRequest(roomID: waiting.room, limits: limits), options(.operator))
    }

    /// Advances the clock, sometimes by an outage, settles through all instances at once, and checks the room.
    func passTime(_ seed: UInt64, until isOver: @escaping @Sendable () -> Bool) async throws {
        var random = SeededGenerator(seed: seed)
        while !isOver() {
            let isOutage = Int.random(in: 0..<40, using: &random) == 0
            waiting.service.clock.advance(
                by: .milliseconds(isOutage ? 7000 : Int64.random(in: 1...200, using: &random)))
            await settle()
            try await check()
        }
    }

    private func settle() async {
        await withTaskGroup { group in
            for instance in waiting.service.instances {
                group.addTask { [problems] in
                    do {
                        try await instance.run("settlement")
                        try await instance.run("checkpoints")
                    } catch { problems.add("job: \(error)") }
                }
            }
        }
    }

    /// After everything has stopped, all places end by time, or because the room is closed.
    func expectEmpty() async throws {
        if hasDraw {
            _ = try await waiting.admin.closeDraw(CloseDrawRequest(roomID: waiting.room))
            try await waiting.log()
            try await waiting.log()
            try await draw(waiting.admin)
        }
        _ = try? await waiting.admin.openRoom(OpenRoomRequest(roomID: waiting.room))
        for _ in 0..<200 { try await waiting.pass(.seconds(1)) }
        try await check()
        let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
        #expect(shown.waitingCount == 0 && shown.admittedCount == 0 && shown.activeCount == 0)
    }

    /// Checks one snapshot.
    private func check() async throws {
        let id = waiting.room
        let (room, claims, places) = try await waiting.service.instances[0].database.read { reader in
            let room = try RoomTable.require(id, reader)
            let claims = try ClaimTable.counts(in: [id], reader)[id] ?? 0
            return (
                room, claims, try PlaceTable.find(serials: Array(1...max(1, room.lastSerial)), in: id, reader).readable
            )
        }
        expect(Set(places.map(\.serial)).count == room.lastSerial, "serials have no gap")
        expect(places.count(where: \.holdsSlot) == room.occupied, "slots add up")
        expect(room.occupied <= Int64(largestLimit), "at most the limit are inside")
        expect(Set(places.map(\.revision)).count == places.count, "each step has its revision")
        expect(places.allSatisfy { $0.revision <= room.revision }, "the revision of the room is the latest")
        expect(Set(places.filter(\.isLive).map(\.user)).count == places.count(where: \.isLive), "a user has one place")
        let numbers = Dictionary(uniqueKeysWithValues: places.map { ($0.serial, room.number(of: $0.serial)) })
        for place in places {
            let number = numbers[place.serial] ?? 0
            expect(place.state != .waiting || number == 0 || number > room.admitted, "who waits is behind")
            expect(!place.holdsSlot || number > 0 && number <= room.admitted, "who is inside was admitted")
        }
        expectCounts(of: room, claims, places)
        last.withLock { last in
            expect(last.admitted <= room.admitted, "the line moves forward")
            last.admitted = room.admitted
            for (serial, number) in last.numbers where number > 0 {
                expect(numbers[serial] == number, "a number never changes")
            }
            last.numbers = numbers
            for place in places {
                let before = last.states[place.serial] ?? .waiting
                let isEnd = before.rawValue >= Place.State.finished.rawValue
                expect(isEnd ? place.state == before : place.state.rawValue >= before.rawValue, "no place goes back")
                last.states[place.serial] = place.state
            }
        }
    }

    /// Compares the counters with the rows.
    private func expectCounts(of room: Room, _ claims: Int64, _ places: [Place]) {
        func count(_ state: Place.State) -> Int64 { Int64(places.count { $0.state == state }) }
        let (live, ended) = (room.livePlaces(claims: claims), room.ended)
        let counted = [
            live.waiting, live.admitted, live.active, ended.finished, ended.left, ended.lapsed, ended.revoked,
        ]
        expect(counted == Place.State.allCases.map(count), "the counters are those of the rows")
        expect(room.noShows == places.count { $0.state == .lapsed && $0.claimedAt == nil }, "no-shows are counted")
    }

    private func expect(_ isTrue: Bool, _ rule: String) {
        if !isTrue { problems.add(rule) }
    }
}
