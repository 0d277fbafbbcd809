import Database
import Identity
import Kernel
import LineLog
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing

@Suite struct DrawRoomTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `participants get the numbers that everyone can compute`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine) { drawing in
                #expect(try await drawing.numbers() == [0, 0, 0, 0, 0, 6, 7])
                let promise = try await drawing.record()
                #expect(promise.round == 9 && promise.list?.count == 5 && promise.result == nil)
                let room = try await drawing.draw()
                #expect(room.state == .open && room.draw?.state == .drawn && room.draw?.participants == 5)
                let numbers = try await drawing.numbers()
                #expect(numbers.prefix(5).sorted() == [1, 2, 3, 4, 5] && numbers.suffix(2) == [6, 7])
                try await drawing.waiting.log()
                let (record, log) = (try await drawing.record(), try await drawing.waiting.wholeLog())
                for (user, place) in drawing.places.enumerated() {
                    let receipt = try await drawing.waiting.receipt(.user(user), place)
                    let audit = try LineDrawAudit(
                        record, log: log, early: promise, receipt: receipt, publicKeys: drawing.waiting.linePublicKeys)
                    #expect(audit.position == numbers[user] && audit.hasBeacon)
                    #expect(place.logIndex == Int64(user + 1))
                }
            }
        }

        @Test(arguments: Engine.available) func `users come in by their numbers, and a place that left is passed over`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine) { drawing in
                try await drawing.draw()
                let numbers = try await drawing.numbers()
                let second = try #require(numbers.firstIndex(of: 2))
                _ = try await drawing.waiting.leave(.user(second), drawing.places[second])
                var admitted: [Int64] = []
                for _ in 0..<7 {
                    try await drawing.waiting.pass(.seconds(1))
                    for (user, place) in drawing.places.enumerated() {
                        let shown = try await drawing.waiting.show(.user(user), place)
                        guard shown.state == .admitted else { continue }
                        admitted.append(shown.serial)
                        _ = try await drawing.waiting.leave(.user(user), place)
                    }
                }
                #expect(admitted == [1, 3, 4, 5, 6, 7])
            }
        }

        @Test(arguments: Engine.available) func `a row that cannot be read is passed over, and no other`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine) { drawing in
                try await drawing.draw()
                let numbers = try await drawing.numbers()
                let first = try #require(numbers.firstIndex(of: 1))
                let damaged = drawing.places[first].placeID
                try await drawing.waiting.service.instances[0].database.transaction { tx in
                    try tx.executeOne("update place set state = 99 where place_id = $1", damaged)
                }
                var admitted: [Int64] = []
                for _ in 0..<8 {
                    drawing.waiting.service.clock.advance(by: .seconds(1))
                    // It reports the row.
                    try? await drawing.waiting.service.run("settlement")
                    for (user, place) in drawing.places.enumerated() where user != first {
                        let shown = try await drawing.waiting.show(.user(user), place)
                        guard shown.state == .admitted else { continue }
                        admitted.append(shown.serial)
                        _ = try await drawing.waiting.leave(.user(user), place)
                    }
                }
                #expect(admitted == [2, 3, 4, 5, 6, 7])
            }
        }

        @Test(arguments: Engine.available) func `a list that closes by itself keeps its users in the line`(
            engine: Engine
        ) async throws {
            let times = RoomTimes(joinsAt: Timestamp(milliseconds: 1), opensAt: .noon + .seconds(5))
            try await Waiting.with(engine, times: times, drawRound: 9) { waiting in
                var places: [QueueAPI.Place] = []
                for user in 0..<3 { places.append(try await waiting.join(.user(user), request: UInt64(10 + user))) }
                try await waiting.pass(.seconds(6))
                try await waiting.log()
                let request = DrawRoomRequest(roomID: waiting.room, beacon: Drawing.beacon)
                _ = try await waiting.admin.drawRoom(request)
                try await waiting.pass(.seconds(1))
                for user in 0..<3 { places[user] = try await waiting.show(.user(user), places[user]) }
                #expect(places.map(\.serial).sorted() == [1, 2, 3])
                #expect(places.filter { $0.state == .admitted }.map(\.serial) == [1])
            }
        }

        @Test(arguments: Engine.available) func `a draw without a beacon is recorded`(engine: Engine) async throws {
            try await Drawing.with(engine) { drawing in
                try await drawing.draw([])
                #expect(try await drawing.record().result?.beacon == [])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `an open list, a false beacon and a room without a draw are refused`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine, isClosed: false) { drawing in
                try await refused("DRAW_NOT_CLOSED") { try await drawing.draw() }
                try await refused("INVALID_FIELD") { try await drawing.draw([1, 2, 3]) }
                try await refused("DRAW_PENDING") {
                    _ = try await drawing.waiting.admin.openRoom(OpenRoomRequest(roomID: drawing.waiting.room))
                }
                let other = try await drawing.waiting.create("other").roomID
                try await refused("ROOM_HAS_NO_DRAW") {
                    _ = try await drawing.waiting.admin.closeDraw(CloseDrawRequest(roomID: other))
                }
                try await refused("ROOM_HAS_NO_DRAW") {
                    _ = try await drawing.waiting.client(of: .alice).showDraw(ShowDrawRequest(roomID: other))
                }
                let bad = CreateRoomRequest(name: "bad", drawRound: -1)
                try await refused("INVALID_FIELD") {
                    _ = try await drawing.waiting.admin.createRoom(bad, CallOptions(requestID: .numbered(5)))
                }
            }
        }

        @Test(arguments: Engine.available) func `a list that no checkpoint has yet is refused with a time`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine, isClosed: false) { drawing in
                try await drawing.close()
                try await refused("RECEIPT_NOT_YET") { try await drawing.draw() }
                try await drawing.waiting.log()
                try await drawing.draw()
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available) func `a repeated draw succeeds, and another beacon does not`(
            engine: Engine
        ) async throws {
            try await Drawing.with(engine) { drawing in
                let closed = try await drawing.close()
                #expect(try await drawing.close() == closed)
                try await drawing.draw()
                let numbers = try await drawing.numbers()
                try await drawing.draw()
                try await refused("DRAW_FINISHED") { try await drawing.draw([UInt8](repeating: 8, count: 48)) }
                try await refused("DRAW_FINISHED") { try await drawing.draw([]) }
                #expect(try await drawing.numbers() == numbers)
            }
        }

        @Test(arguments: [Engine.file, .postgreSQL]) func `a restart keeps the list and the numbers`(
            engine: Engine
        ) async throws {
            let database = try await TestDatabase.make(on: engine)
            let keys = KeyFile.random()
            var numbers: [Int64] = []
            for run in 0..<3 {
                try await TestService.with(.queue, on: engine, database: database, keys: keys) { service in
                    let admin = QueueClient(service.client(of: .operator))
                    let request = CreateRoomRequest(
                        name: "sale", limits: RoomLimits(activeLimit: 1),
                        times: RoomTimes(joinsAt: Timestamp(milliseconds: 1)), drawRound: 9)
                    let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(1))).room.roomID
                    let waiting = Waiting(service: service, room: room)
                    var places: [QueueAPI.Place] = []
                    for user in 0..<5 { places.append(try await waiting.join(.user(user), request: UInt64(10 + user))) }
                    try await waiting.log()
                    switch run {
                    case 0: _ = try await admin.closeDraw(CloseDrawRequest(roomID: room))
                    case 1: _ = try await admin.drawRoom(DrawRoomRequest(roomID: room, beacon: Drawing.beacon))
                    default: break
                    }
                    let shown = places.map(\.serial)
                    if run == 2 {
                        #expect(shown.sorted() == [1, 2, 3, 4, 5])
                    } else {
                        #expect(shown == [0, 0, 0, 0, 0])
                    }
                    numbers = shown
                }
            }
            #expect(numbers.count == 5)
        }
    }

    struct Races {
        @Test func `two instances draw at once, and agree`() async throws {
            try await Drawing.with(.postgreSQL, instances: 2) { drawing in
                let beacons = [Drawing.beacon, [UInt8](repeating: 8, count: 48)]
                let results = await withTaskGroup(of: Bool.self) { group in
                    for attempt in 0..<8 {
                        group.addTask {
                            (try? await drawing.draw(beacons[attempt % 2], instance: attempt / 2 % 2)) != nil
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.count { $0 } == 4)
                let numbers = try await drawing.numbers(instance: 0)
                #expect(try await drawing.numbers(instance: 1) == numbers)
            }
        }
    }
}
