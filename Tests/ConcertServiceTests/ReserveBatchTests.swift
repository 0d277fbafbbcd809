import ConcertAPI
import ConcertDomain
import Database
import Kernel
import TestSupport
import Testing

@testable import ConcertService

/// Reservations that share a transaction. Each has its own outcome.
@Suite struct ReserveBatchTests {
    /// The batch of a house, on its database.
    private struct Batch: Sendable {
        let database: Database
        let schedule: Schedule

        /// Reserves the seats of each request. Returns the seats, or the refusal.
        func reserve(_ requests: [(number: UInt64, user: UserID, seats: [String])]) async throws -> [String] {
            let requests = requests.map { number, user, seats in
                let labels = seats.map { SeatLabel(stored: $0) }
                return ReserveBatch.Request(
                    id: ReservationID(high: 7, low: number), user: user, schedule: schedule, place: nil,
                    choice: .seats(labels), labels: labels, deadline: Uptime(nanoseconds: .max))
            }
            let outcomes = try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
                try ReserveBatch.reserve(requests, tx)
            }
            return outcomes.map { outcome in
                switch outcome {
                case .success(let reservation): "\(reservation.id.low): \(reservation.seats.map(\.text))"
                case .failure(ConcertRefusal.because(let reason, _)): "\(reason)"
                case .failure(let refusal): "\(refusal)"
                }
            }
        }

        func list(of user: UserID) async throws -> [UInt64] {
            try await database.read { try BuyerTable.reservations(of: user, in: schedule.concert, $0) }.map(\.low)
        }

        var buyerCount: Int {
            get async throws {
                try await database.read { try $0.first("select count(*) from buyer") { row in try row.int(0) } ?? 0 }
            }
        }

        func state(of number: UInt64) async throws -> Reservation.State? {
            try await database.read {
                try ReservationTable.find(ReservationID(high: 7, low: number), of: schedule.concert, $0)?.state
            }
        }
    }

    private func withBatch(_ engine: Engine, _ body: (Batch, House) async throws -> Void) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let schedule = try await database.read { try ScheduleTable.require(house.schedule, of: house.concert, $0) }
            try await body(Batch(database: database, schedule: schedule), house)
        }
    }

    @Test(arguments: Engine.available)
    func `the first request of a batch gets the seat, and a refused one leaves nothing`(engine: Engine) async throws {
        try await withBatch(engine) { batch, house in
            let outcomes = try await batch.reserve([
                (1, .bob, ["A-1-1", "A-1-2"]), (2, .alice, ["A-1-2", "A-1-3"]), (3, .alice, ["A-1-4"]),
                (4, UserID(high: 9, low: 9), ["A-1-1"]), (5, UserID(high: 9, low: 8), ["A-9-9"]),
            ])
            #expect(outcomes[0] == "1: [\"A-1-1\", \"A-1-2\"]")
            #expect(outcomes[1].hasPrefix("seatsTaken([seat A-1-2 is held"))
            #expect(outcomes[2] == "3: [\"A-1-4\"]")
            #expect(outcomes[3].hasPrefix("seatsTaken([seat A-1-1 is held"))
            #expect(outcomes[4].hasPrefix("seatUnknown"))
            #expect(try await house.map().held.count == 3)
            #expect(try await batch.list(of: .bob) == [1])
            #expect(try await batch.list(of: .alice) == [3])
            #expect(try await batch.buyerCount == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `the limit of a user counts the whole batch`(engine: Engine) async throws {
        try await withBatch(engine) { batch, _ in
            let outcomes = try await batch.reserve(
                (1...6).map { number in (UInt64(number), .alice, ["A-1-\(number)"]) })
            #expect(outcomes.prefix(4).allSatisfy { $0.hasSuffix("]") })
            #expect(outcomes.suffix(2).allSatisfy { $0.hasPrefix("tooManySeats") })
            #expect(try await batch.list(of: .alice) == [1, 2, 3, 4])
        }
    }

    @Test(arguments: Engine.available)
    func `a repeated request gets its reservation, in the same batch and later`(engine: Engine) async throws {
        try await withBatch(engine) { batch, house in
            let mine = (number: UInt64(1), user: UserID.alice, seats: ["A-1-1"])
            let held = "1: [\"A-1-1\"]"
            let twice = try await batch.reserve([mine, mine])
            #expect(twice == [held, held])
            let other = (number: UInt64(1), user: UserID.alice, seats: ["A-1-2"])
            #expect(
                try await batch.reserve([other, mine, (2, .bob, ["A-1-3"])]) == [
                    "requestIDReused", held, "2: [\"A-1-3\"]",
                ])
            #expect(try await batch.list(of: .alice) == [1])
            #expect(try await house.map().held.count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `an id of another user fails alone`(engine: Engine) async throws {
        try await withBatch(engine) { batch, house in
            let outcomes = try await batch.reserve([(1, .alice, ["A-1-1"]), (1, .bob, ["A-1-2"])])
            #expect(outcomes == ["1: [\"A-1-1\"]", "requestIDReused"])
            let later = try await batch.reserve([(2, .alice, ["A-1-3"]), (1, .bob, ["A-1-4"]), (3, .bob, ["A-1-5"])])
            #expect(later == ["2: [\"A-1-3\"]", "requestIDReused", "3: [\"A-1-5\"]"])
            #expect(try await batch.list(of: .bob) == [3])
            #expect(try await house.map().held.count == 3)
        }
    }

    @Test(arguments: Engine.available)
    func `lapsed holds are recorded when their seats are taken`(engine: Engine) async throws {
        try await withBatch(engine) { batch, house in
            _ = try await batch.reserve([(1, .alice, ["A-1-1"]), (2, .bob, ["A-1-2"])])
            house.clock.advance(by: .minutes(5))
            let outcomes = try await batch.reserve([(3, .alice, ["A-1-2"]), (4, .bob, ["A-1-2"])])
            #expect(outcomes[0] == "3: [\"A-1-2\"]")
            #expect(outcomes[1].hasPrefix("seatsTaken"))
            #expect(try await batch.state(of: 1) == .expired)
            #expect(try await batch.state(of: 2) == .expired)
            #expect(try await batch.state(of: 3) == .held)
        }
    }

    @Test func `a damaged list fails only its user`() async throws {
        try await withBatch(.memory) { batch, _ in
            _ = try await batch.reserve([(1, .alice, ["A-1-1"])])
            try await batch.database.transaction { try $0.execute("update buyer set reservations = 'what'") }
            let outcomes = try await batch.reserve([(2, .alice, ["A-1-2"]), (3, .bob, ["A-1-3"])])
            #expect(outcomes[0].contains("a buyer's list of reservations cannot be read"))
            #expect(outcomes[1] == "3: [\"A-1-3\"]")
        }
    }
}
