import Database
import Kernel
import QueueDomain
import TestSupport
import Testing

@testable import QueueService

/// A newer program on the database of an older one.
@Suite struct UpgradeTests {
    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `users keep their places when the key of places changes`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let room = RoomID(high: 1, low: 1)
        let places = (1...300).map { (serial: Int64) in
            Place(
                waiting: PlaceID(high: UInt64(900 - serial), low: 7), of: UserID(high: 5, low: UInt64(serial)), serial)
        }
        let old = try await test.open(Array(QueueSchema.migrations.prefix(2)))
        try await old.transaction { tx in
            for place in places { _ = try PlaceTable.insert([place], in: room, tx) }
            try tx.execute("update place set state = 2, admitted_at = 4, lapses_at = 5 where serial = 2")
            try tx.execute("update place set state = 4, ended_at = 6, revision = 301 where serial = 3")
        }
        await old.close()

        let new = try await test.open(QueueSchema.migrations)
        try await new.transaction { tx in try Self.expect(places, in: room, tx) }
        await new.close()
    }

    @Test(arguments: Engine.available.filter { $0 != .memory })
    func `the counters of an older database begin with its places`(engine: Engine) async throws {
        let test = try await TestDatabase.make(on: engine)
        let id = RoomID(high: 1, low: 1)
        let old = try await test.open(Array(QueueSchema.migrations.prefix(13)))
        try await old.transaction { tx in
            try tx.execute(
                """
                insert into room (room_id, name, decided, ready_ms, idle_ms, hard_ms, last_serial, admitted, occupied, no_shows,
                    tokens, filled_at, pace_from, pace_count, pace_before, settled_at, revision)
                values ($1, 'sale', 2, 60000, 300000, 900000, 14, 14, 4, 1, 0, 0, 0, 0, -1, 0, 0)
                """, id)
            // Two of each state, of which one has come in, as far as that is possible.
            for serial in 1...14 as ClosedRange<Int64> {
                let user = UserID(high: 5, low: UInt64(serial))
                _ = try PlaceTable.insert(
                    [Place(waiting: PlaceID(high: 4, low: UInt64(serial)), of: user, serial)], in: id, tx)
            }
            try tx.execute("update place set state = (serial - 1) / 2")
            try tx.execute("update place set claimed_at = 7 where state in (2, 3) or state > 3 and serial % 2 = 0")
        }
        await old.close()

        let new = try await test.open(QueueSchema.migrations)
        try await new.transaction { tx in
            let room = try RoomTable.require(id, tx)
            #expect(room.ended == EndedPlaces(finished: 2, left: 2, lapsed: 2, revoked: 2, active: 5))
            let live = room.livePlaces(claims: try ClaimTable.counts(in: [id], tx)[id] ?? 0)
            #expect(live.admitted == 2 && live.active == 2)
        }
        await new.close()
    }

    private static func expect(_ places: [Place], in room: RoomID, _ tx: Transaction) throws {
        #expect(
            try PlaceTable.waiting(in: room, after: 0, limit: 1000, tx).readable.map(\.id)
                == places.map(\.id).filter { $0 != places[1].id && $0 != places[2].id })
        for place in places {
            #expect(try PlaceTable.find(place.id, in: room, tx)?.serial == place.serial)
            #expect(try PlaceTable.findLive(of: place.user, in: room, tx)?.id == (place.serial == 3 ? nil : place.id))
            #expect(try !PlaceTable.insert([place], in: room, tx))
        }
        #expect(try PlaceTable.due(in: room, at: .noon, limit: 10, tx).readable.map(\.id) == [places[1].id])
        #expect(try PlaceTable.gone(in: room, since: 300, limit: 10, tx).readable.map(\.id) == [places[2].id])
        #expect(try PlaceTable.gone(in: room, since: 301, limit: 10, tx).isEmpty)
        // Serials, ids and live places stay unique.
        for taken in [
            Place(waiting: places[2].id, of: UserID(high: 6, low: 1), 301),
            Place(waiting: PlaceID(high: 1000, low: 1), of: places[3].user, 301),
            Place(waiting: PlaceID(high: 1000, low: 1), of: UserID(high: 6, low: 1), 3),
        ] {
            #expect(try !PlaceTable.insert([taken], in: room, tx))
        }
    }
}

extension Place {
    fileprivate init(waiting id: PlaceID, of user: UserID, _ serial: Int64) {
        self.init(id, of: user, serial: serial, revision: serial, joinedAt: .noon)
    }
}
