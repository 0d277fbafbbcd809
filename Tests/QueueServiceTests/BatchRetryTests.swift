import Database
import Kernel
import QueueDomain
import Service
import TestSupport
import Testing

@testable import QueueService

/// Batches whose first commit takes effect, but whose answer is lost, or which the engine aborts.
@Suite struct BatchRetryTests {
    private static let faults: [Faults.Fault] = [.answerLost, .serialization, .connectionLost]
    private static let room = RoomID(high: 1, low: 1)
    private static let places = (0..<3).map { PlaceID(high: 2, low: UInt64($0)) }
    private static let users = (0..<3).map { UserID(high: 3, low: UInt64($0)) }

    /// Runs `body` with an open room for two users.
    private func withRoom(
        _ engine: Engine, _ body: (Database, Faults) async throws -> Void
    ) async throws {
        let faults = Faults()
        try await TestDatabase.with(engine, QueueSchema.migrations, faults: faults) { database in
            try await database.transaction { tx in
                var room = try Room(
                    Self.room, named: RoomName("sale"), limits: Room.Limits(active: 2), times: Room.Times(), now: tx.now
                )
                try room.open(now: tx.now)
                _ = try RoomTable.insert(room, tx)
            }
            try await body(database, faults)
        }
    }

    private func join(_ database: Database, _ index: Int) async throws -> Place {
        let request = JoinBatch.Request(
            place: Self.places[index], user: Self.users[index], deadline: Uptime(nanoseconds: .max))
        let (batch, number) = try await JoinBatch.line(on: database).outcome(of: request, in: Self.room)
        return try batch.outlook(number).place
    }

    private func renew(_ database: Database, _ index: Int) async throws -> Place {
        let request = RenewBatch.Request(
            place: Self.places[index], user: Self.users[index], deadline: Uptime(nanoseconds: .max))
        let (batch, number) = try await RenewBatch.line(on: database).outcome(of: request, in: Self.room)
        return try batch.place(number)
    }

    private func finish(_ database: Database, _ index: Int) async throws -> Place {
        let request = EndBatch.Request(
            place: Self.places[index], user: nil, deadline: Uptime(nanoseconds: .max)
        ) { room, place, now throws(QueueRefusal) in try room.finish(&place, now: now) }
        let (batch, number) = try await EndBatch.line(on: database).outcome(of: request, in: Self.room)
        return try batch.outlook(number).place
    }

    @Test(arguments: Engine.available, faults)
    func `a join, a claim and an end each take effect once`(engine: Engine, fault: Faults.Fault) async throws {
        try await withRoom(engine) { database, faults in
            for index in 0..<3 {
                faults.fail(.commit, with: fault)
                let joined = try await join(database, index)
                #expect(joined.serial == Int64(index + 1) && joined.state == (index < 2 ? .admitted : .waiting))
            }
            faults.fail(.commit, with: fault)
            #expect(try await renew(database, 0).state == .active)
            faults.fail(.commit, with: fault)
            #expect(try await finish(database, 0).state == .finished)
            let (room, claims) = try await database.read { reader in
                (try RoomTable.require(Self.room, reader), try ClaimTable.counts(in: [Self.room], reader))
            }
            #expect(room.lastSerial == 3 && room.admitted == 2 && room.occupied == 1)
            #expect(room.revision == 4, "three joins and one end")
            #expect(claims == [Self.room: 1] && room.ended == EndedPlaces(finished: 1, active: 1))
        }
    }
}
