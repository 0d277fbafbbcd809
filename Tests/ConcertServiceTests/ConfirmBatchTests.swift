import ConcertAPI
import ConcertDomain
import Database
import Kernel
import TestSupport
import Testing

@testable import ConcertService

/// Decisions that share a transaction. Each has its own outcome.
@Suite struct ConfirmBatchTests {
    private static func request(
        _ payment: UInt64, for reservation: ConcertAPI.Reservation, by user: UserID = .alice, cheaper cents: Int64 = 0
    ) -> ConfirmBatch.Request {
        ConfirmBatch.Request(
            payment: .numbered(payment), reservation: reservation.reservationID, user: user,
            amount: Money(minorUnits: Int64(reservation.amount) - cents, Currency("EUR")!),
            deadline: Uptime(nanoseconds: .max))
    }

    private static func confirm(_ requests: [ConfirmBatch.Request], in house: House) async throws -> [String] {
        let database = house.service.instances[0].database
        let outcomes = try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
            try ConfirmBatch.confirm(requests, in: house.concert, tx)
        }
        return outcomes.map { outcome in
            switch outcome {
            case .success(let decision): decision.outcome == .confirmed ? "\(decision.amount)" : "\(decision.reason)"
            case .failure(let error): "\(error)"
            }
        }
    }

    @Test(arguments: Engine.available)
    func `each payment of a batch gets its own decision`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let old = try await house.reserve("A-1-1", as: .alice, number: 10)
            house.clock.advance(by: .minutes(4))
            let one = try await house.reserve("A-1-2", "A-1-3", as: .alice, number: 11)
            let his = try await house.reserve("B-1-1", as: .bob, number: 12)
            let third = try await house.reserve("B-1-2", as: .bob, number: 13)
            house.clock.advance(by: .minutes(1))
            var unknown = one
            unknown.reservationID = .numbered(99)
            let decisions = try await Self.confirm(
                [
                    Self.request(30, for: his, by: .bob), Self.request(21, for: one), Self.request(22, for: one),
                    Self.request(23, for: old), Self.request(24, for: old), Self.request(25, for: unknown),
                    Self.request(26, for: third, by: .bob, cheaper: 1), Self.request(27, for: third),
                ], in: house)
            #expect(
                decisions == [
                    "3000", "9000", "alreadySold", "holdExpired", "gone", "gone", "mismatch", "mismatch",
                ])
            #expect(try await house.tickets(of: .alice).map(\.seat) == ["A-1-2", "A-1-3"])
            #expect(try await house.tickets(of: .bob).map(\.seat) == ["B-1-1"])
            let map = try await house.map()
            #expect(map.sold.count == 3 && map.held.count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a payment that occurs twice gets one decision twice`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let one = try await house.reserve("A-1-1", as: .alice, number: 10)
            let same = Self.request(20, for: one)
            #expect(try await Self.confirm([same, same], in: house) == ["4500", "4500"])
            #expect(try await Self.confirm([same, Self.request(21, for: one)], in: house) == ["4500", "alreadySold"])
            #expect(try await house.tickets(of: .alice).count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a broken invariant fails only its own payment`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let one = try await house.reserve("A-1-1", as: .alice, number: 10)
            let broken = try await house.reserve("A-1-2", as: .alice, number: 11)
            try await house.service.instances[0].database.transaction { tx in
                try tx.execute(
                    "update seat set state = 0, reservation_id = null, until = null where label = 'A-1-2'")
            }
            let decisions = try await Self.confirm(
                [Self.request(20, for: broken), Self.request(21, for: one)], in: house)
            #expect(decisions[0].contains("is held, but its seat A-1-2 is not"))
            #expect(decisions[1] == "4500")
            #expect(try await house.tickets(of: .alice).map(\.seat) == ["A-1-1"])
        }
    }
}
