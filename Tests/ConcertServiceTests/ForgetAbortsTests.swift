import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

/// The job "forget aborts" deletes old aborted decisions.
@Suite struct ForgetAbortsTests {
    private static let age = Duration.hours(25)

    /// Inserts `count` aborted decisions.
    private func abort(_ count: Int, about reservation: ReservationID, at time: Timestamp, in house: House) async throws
    {
        let concert = house.concert
        try await house.service.instances[0].database.transaction { tx in
            for number in 1...UInt64(count) {
                try tx.execute(
                    """
                    insert into decision (concert_id, payment_id, reservation_id, outcome, decided_at)
                    values ($1, $2, $3, 5, $4)
                    """, concert, PaymentID(high: reservation.low, low: number), reservation, time)
            }
        }
    }

    private func decisionCount(in house: House) async throws -> Int? {
        try await house.service.instances[0].database.read { reader in
            try reader.first("select count(*) from decision") { row in try row.int(0) }
        }
    }

    @Test(arguments: Engine.available)
    func `an aborted decision is deleted a day after the end of its reservation`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
            _ = try await house.abort(mine, payment: 11)
            house.clock.advance(by: .hours(24))
            try await house.service.run("forget aborts")
            #expect(try await house.confirm(mine, payment: 11).reason == .requested)
            house.clock.advance(by: .minutes(5))
            try await house.service.run("forget aborts")
            // The decision is deleted, but the reservation has expired.
            #expect(try await house.confirm(mine, payment: 11).reason == .holdExpired)
        }
    }

    @Test(arguments: Engine.available)
    func `one run deletes several pages, also after a page of aborts that must stay`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let held = try await house.reserve("A-1-1", as: .alice, number: 10).reservationID
            try await abort(1001, about: held, at: .noon - Self.age, in: house)
            try await abort(1001, about: ReservationID(high: 9, low: 9), at: .noon - .hours(24), in: house)
            try await house.service.run("forget aborts")
            #expect(try await decisionCount(in: house) == 1001)
            house.clock.advance(by: Self.age)
            try await house.service.run("forget aborts")
            #expect(try await decisionCount(in: house) == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `an abort before its reservation exists is also kept for a day`(
        engine: Engine
    ) async throws {
        try await House.with(engine) { house in
            var unknown = ConcertAPI.Reservation()
            unknown.reservationID = .numbered(10)
            #expect(try await house.abort(unknown, payment: 11).reason == .requested)
            house.clock.advance(by: .hours(1) - .milliseconds(1))
            let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
            #expect(try await house.confirm(mine, payment: 11).reason == .requested)
            #expect(try await house.confirm(mine, payment: 12).outcome == .confirmed)
            house.clock.advance(by: .hours(23))
            try await house.service.run("forget aborts")
            #expect(try await decisionCount(in: house) == 2)
            house.clock.advance(by: .hours(1))
            try await house.service.run("forget aborts")
            #expect(try await decisionCount(in: house) == 1, "a sale stays")
        }
    }
}
