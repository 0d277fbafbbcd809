import ConcertDomain
import Database
import Kernel
import TestSupport
import Testing

@testable import ConcertService

/// A change of a seat conflicts and writes nothing if another transaction has changed the seat since the decision.
@Suite struct SeatTableTests {
    private static let label = SeatLabel(stored: "A-1-1")
    private static let mine = ReservationID(high: 7, low: 1)
    private static let other = ReservationID(high: 7, low: 2)
    private static let deadline = Timestamp.noon + .minutes(5)

    private struct Row: Sendable {
        let database: Database
        let schedule: Schedule

        func now() async throws -> Seat? {
            try await database.read { [schedule] in try SeatTable.find(label, of: schedule, $0) }
        }

        /// Replaces the claim on the seat.
        @discardableResult
        func set(_ claim: Seat.Claim) async throws -> Seat {
            let old = try #require(try await now())
            let seat = SeatTableTests.seat(claim)
            let isRefused = try await database.conflicts { [schedule] tx in
                try SeatTable.save(seat, was: old, of: schedule, tx)
            }
            #expect(!isRefused)
            return seat
        }

        func conflicts(_ body: @escaping @Sendable (Schedule, Transaction) throws -> Void) async throws -> Bool {
            try await database.conflicts { [schedule] in try body(schedule, $0) }
        }
    }

    private static func seat(_ claim: Seat.Claim, price: Int64 = 4500) -> Seat {
        Seat(label, grade: "A", price: price, claim: claim)
    }

    private static func held(by reservation: ReservationID) -> Seat.Claim {
        .held(by: reservation, until: deadline)
    }

    private static func reservation(_ id: ReservationID, of schedule: Schedule) -> Reservation {
        Reservation(
            stored: id, concert: schedule.concert, schedule: schedule.id, user: .alice, seats: [label], bestOf: nil,
            amount: Money(minorUnits: 4500, schedule.currency), place: nil, reservedAt: .noon, deadline: deadline)
    }

    private func withRow(_ engine: Engine, _ body: (Row) async throws -> Void) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let schedule = try await database.read {
                try ScheduleTable.require(house.schedule, of: house.concert, $0)
            }
            try await body(Row(database: database, schedule: schedule))
        }
    }

    @Test(arguments: Engine.available)
    func `a claim conflicts with another state or another holder`(engine: Engine) async throws {
        try await withRow(engine) { row in
            let wanted = Self.seat(Self.held(by: Self.mine))
            try await row.set(Self.held(by: Self.other))
            for old in [Seat.Claim.free, Self.held(by: Self.mine), .sold(to: Self.other), .blocked(reason: "camera")] {
                let isRefused = try await row.conflicts { schedule, tx in
                    try SeatTable.save(wanted, was: Self.seat(old), of: schedule, tx)
                }
                #expect(isRefused, "\(old)")
            }
            #expect(try await row.now()?.claim == Self.held(by: Self.other))
        }
    }

    @Test(arguments: Engine.available)
    func `a price conflicts with another state or another holder`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.set(Self.held(by: Self.other))
            for old in [Seat.Claim.free, Self.held(by: Self.mine), .sold(to: Self.other)] {
                let isRefused = try await row.conflicts { schedule, tx in
                    try SeatTable.save(Self.seat(old, price: 9900), was: Self.seat(old), of: schedule, tx)
                }
                #expect(isRefused, "\(old)")
            }
            #expect(try await row.now()?.price == 4500)
        }
    }

    @Test(arguments: Engine.available)
    func `an existing seat is not added again`(engine: Engine) async throws {
        try await withRow(engine) { row in
            let seat = Self.seat(.free, price: 9900)
            let (added, unsure) = try await row.database.transaction { [schedule = row.schedule] tx in
                try SeatTable.insert([seat], of: schedule, tx)
            }
            #expect(added == 0)
            #expect(unsure == [seat])
            #expect(try await row.now()?.price == 4500)
        }
    }

    @Test(arguments: Engine.available)
    func `a seat is sold to its holder, once`(engine: Engine) async throws {
        try await withRow(engine) { row in
            try await row.set(Self.held(by: Self.other))
            let sold = { (id: ReservationID) in
                try await row.database.transaction { [schedule = row.schedule] tx in
                    try SeatTable.sell(Self.label, of: Self.reservation(id, of: schedule), tx).first()?.claim
                }
            }
            #expect(try await sold(Self.mine) == nil)
            #expect(try await sold(Self.other) == .sold(to: Self.other))
            #expect(try await sold(Self.other) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a seat is freed from its own reservation only`(engine: Engine) async throws {
        try await withRow(engine) { row in
            let claims = [Self.held(by: Self.other), .sold(to: Self.other)]
            for claim in claims {
                try await row.set(claim)
                for (id, left) in [(Self.mine, claim), (Self.other, .free)] {
                    try await row.database.transaction { [schedule = row.schedule] tx in
                        try SeatTable.free(Self.label, of: Self.reservation(id, of: schedule), tx)
                    }
                    #expect(try await row.now()?.claim == left)
                }
            }
        }
    }
}
