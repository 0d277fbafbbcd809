import Database
import Kernel
import QueueAPI
import QueueDomain
import TestSupport
import Testing

@testable import QueueService

/// Steps of a place that another transaction has changed since. On every engine they write nothing.
@Suite struct PlaceTableTests {
    private struct Row: Sendable {
        let database: Database
        let room: RoomID
        let place: Place

        func now() async throws -> Place? {
            try await database.read { [room, place] in try PlaceTable.find(place.id, in: room, $0) }
        }

        func change(_ body: @escaping @Sendable (Transaction) throws -> Void) async throws {
            try await database.transaction(body)
        }

        /// Returns true if `body` conflicts with an earlier change.
        func conflicts(_ body: @escaping @Sendable (Place, RoomID, Transaction) throws -> Void) async throws -> Bool {
            try await database.conflicts { [room, place] in try body(place, room, $0) }
        }
    }

    /// Runs `body` with the row of alice, who is active, or else admitted.
    private func withRow(
        _ engine: Engine, isActive: Bool = true, _ body: (Row) async throws -> Void
    ) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            if isActive { _ = try await waiting.renew(.alice, alice) }
            let database = waiting.service.instances[0].database
            let (room, id) = (waiting.room, alice.placeID)
            let place = try await database.read { try PlaceTable.find(id, in: room, $0) }
            try await body(Row(database: database, room: room, place: try #require(place)))
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal is stored if nothing has changed`(engine: Engine) async throws {
        try await withRow(engine) { row in
            let isRefused = try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) }
            #expect(!isRefused)
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal conflicts with a step of the room`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.change { try $0.execute("update place set revision = revision + 1") }
            #expect(try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) })
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal conflicts with a move of the deadlines`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.change { [room = row.room] in try PlaceTable.shiftDeadlines(in: room, by: .seconds(6), $0) }
            #expect(try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) })
            let place = try await row.now()
            #expect(place?.lapsesAt == row.place.lapsesAt.map { $0 + .seconds(6) })
        }
    }

    @Test(arguments: Engine.available)
    func `a claim conflicts with another claim, and with a move of the ready time`(engine: Engine) async throws {
        for change in [
            "update place set state = 2", "update place set lapses_at = lapses_at + 6000",
        ] as [Statement] {
            try await withRow(engine, isActive: false) { row in
                let isRefused = try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) }
                #expect(!isRefused)
                try await row.change { try $0.execute("update place set state = 1") }
                try await row.change { try $0.execute(change) }
                #expect(try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) })
            }
        }
    }

    /// The deadline of the first place, renewed at two times. Both renewals have read the place before.
    @Test(arguments: Engine.available)
    func `of two renewals at once the later deadline stays`(engine: Engine) async throws {
        try await withRow(engine) { row in
            for (first, second) in [(2, 1), (3, 4)] as [(Int64, Int64)] {
                let was = try #require(try await row.now())
                for seconds in [first, second] {
                    try await row.change { [room = row.room] tx in
                        var place = was
                        try RoomTable.require(room, tx).claim(&place, now: .noon + .seconds(seconds))
                        try PlaceTable.renew(place, was: was, in: room, tx)
                    }
                }
                let now = try await row.now()
                #expect(now?.renewedAt == .noon + .seconds(max(first, second)))
                #expect(now?.lapsesAt == .noon + .seconds(max(first, second)) + .minutes(5))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal after a shorter limit was set has an earlier deadline`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.change { try $0.execute("update room set idle_ms = 60000") }
            try await row.change { [room = row.room, was = row.place] tx in
                var place = was
                try RoomTable.require(room, tx).claim(&place, now: .noon + .seconds(1))
                try PlaceTable.renew(place, was: was, in: room, tx)
            }
            #expect(try await row.now()?.lapsesAt == .noon + .seconds(61))
        }
    }

    @Test(arguments: Engine.available)
    func `an admitted place without a deadline is claimed and gets one`(engine: Engine) async throws {
        try await withRow(engine, isActive: false) { row in
            try await row.change { try $0.execute("update place set lapses_at = null") }
            try await row.change { [room = row.room] tx in
                let was = try PlaceTable.require(row.place.id, of: nil, in: room, tx)
                var place = was
                try RoomTable.require(room, tx).claim(&place, now: .noon)
                try PlaceTable.renew(place, was: was, in: room, tx)
            }
            #expect(try await row.now()?.lapsesAt == .noon + .minutes(5))
        }
    }

    @Test(arguments: Engine.available)
    func `a step of an admitted place conflicts with its claim`(engine: Engine) async throws {
        try await withRow(engine, isActive: false) { row in
            try await row.change { try $0.execute("update place set state = 2, claimed_at = 7") }
            #expect(try await row.conflicts { try PlaceTable.save($0, was: .admitted, in: $1, $2) })
            #expect(try await row.now()?.claimedAt == Timestamp(milliseconds: 7))
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal conflicts with the end of the place`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.change { try $0.execute("update place set state = 5") }
            #expect(try await row.conflicts { try PlaceTable.renew($0, was: $0, in: $1, $2) })
        }
    }

    @Test(arguments: Engine.available)
    func `a place lapses at its deadline, unless it was renewed`(engine: Engine) async throws {
        try await withRow(engine) { row in
            let deadline = try #require(row.place.lapsesAt)
            @Sendable func lapse(_ id: RoomID, at now: Timestamp, _ tx: Transaction) throws {
                var room = try RoomTable.lock(id, tx)
                for place in room.settle(due: [row.place], waiting: [], now: now) {
                    try PlaceTable.save(place, was: row.place.state, in: id, tx)
                }
                try RoomTable.save(room, tx)
            }
            #expect(try await row.conflicts { try lapse($1, at: deadline + .milliseconds(-1), $2) })
            #expect(try await row.now()?.state == .active)
            #expect(try await !row.conflicts { try lapse($1, at: deadline, $2) })
            #expect(try await row.now()?.state == .lapsed)
        }
    }

    @Test(arguments: [1, 2, 16]) func `places are found by the index of their ids`(count: Int) async throws {
        try await Waiting.with(.memory) { waiting in
            let plan = try await waiting.service.instances[0].database.read { reader in
                let ids = (0..<count).map { PlaceTable.query(ofID: "$\($0 + 2)") }
                let query = ids.dropFirst().reduce(ids[0]) { "\($0) union all \($1)" }
                return try reader.rows("explain query plan \(query)") { binder in
                    binder.bind(RoomID(high: 1, low: 1))
                    for id in 0..<count { binder.bind(PlaceID(high: 1, low: UInt64(id))) }
                } map: { row in
                    try row.text(3)
                }
            }
            #expect(plan.count { $0.contains("place_id_is_taken_once") } == count)
            #expect(!plan.contains { $0.contains("PRIMARY KEY") || $0.contains("SCAN place") })
        }
    }

    @Test func `the users in a room are found by the index of live places`() async throws {
        try await Waiting.with(.memory) { waiting in
            let plan = try await waiting.service.instances[0].database.read { reader in
                try reader.rows("explain query plan \(PlaceTable.queryOfLive)", { $0.bind(RoomID(high: 1, low: 1)) }) {
                    row in
                    try row.text(3)
                }
            }
            #expect(plan == ["SEARCH place USING INDEX place_one_live_per_user (room_id=?)"])
        }
    }

    @Test(arguments: Engine.available)
    func `any number of places is found by their ids`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let database = waiting.service.instances[0].database
            let room = waiting.room
            var ids: [PlaceID] = []
            for number in 0..<37 {
                let place = try await waiting.join(.user(number), request: UInt64(100 + number))
                ids.append(place.placeID)
            }
            for count in [0, 1, 3, 15, 16, 37] {
                let wanted = Array(ids.suffix(count))
                let found = try await database.read {
                    try PlaceTable.find(wanted + [PlaceID(high: 9, low: 9)], in: room, $0)
                }
                #expect(Set(found.keys) == Set(wanted))
                #expect(try found.allSatisfy { try $0.key == $0.value.get().id })
            }
        }
    }
}
