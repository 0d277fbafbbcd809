import ConcertAPI
import Database
import Kernel
import RPC
import Telemetry
import TestSupport
import Testing
import WalletAPI

/// Breaks invariants with decisions that Concert made without the wallet, and with changed rows.
@Suite struct HaltTests {
    private func confirm(_ reservation: Reservation, _ number: UInt64, _ market: Market) async throws {
        let request = ConfirmRequest(
            concertID: market.concertID, paymentID: .numbered(number),
            reservationID: reservation.reservationID, userID: UserID.alice, amount: reservation.amount,
            currency: reservation.currency)
        let decision = try await market.seller(of: .service).confirm(request).decision
        #expect(decision.outcome == .confirmed)
    }

    @Test(arguments: Engine.available)
    func `a decision about another reservation halts the concert until an operator lifts it`(engine: Engine)
        async throws
    {
        try await Market.with(engine) { market in
            try await market.topUp(20_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            let third = try await market.reserve("3", number: 22)
            #expect(try await market.pay(third, number: 32).outcome == .paid)
            try await confirm(first, 30, market)
            #expect(try await market.payUnanswered(second, number: 30).outcome == .pending)
            let halts = try await market.halts()
            #expect(halts.map(\.concertID) == [market.concertID])
            #expect(halts.first?.paymentID == .numbered(30) && halts.first?.why.isEmpty == false)

            await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
            #expect(try await market.pay(third, number: 32).outcome == .paid, "a halt changes no decided payment")
            #expect(try await market.money() == [14_000, 3000])
            for _ in 1...2 {
                _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: market.concertID))
            }
            #expect(try await market.halts().isEmpty)
            // The payment of a lifted halt does not halt the concert again, however often it is tried.
            market.clock.advance(by: .seconds(10))
            try await market.wallet.run("payments")
            #expect(try await market.halts().isEmpty)
            #expect(try await market.pay(second, number: 31).outcome == .paid)
            #expect(try await market.show(30).outcome == .pending)
            #expect(market.number("wallet_broken_invariants_total") == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a refund for an unpaid payment halts, moves nothing, and is not acknowledged`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(20_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            _ = try await market.cancel(30)
            for (reservation, payment) in [(first, 30), (second, 31)] as [(Reservation, UInt64)] {
                try await confirm(reservation, payment, market)
                try await market.giveBack(reservation, number: 10 + payment)
            }
            try await market.run("refunds") { try await market.halts().count == 2 }
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [20_000, 0])
            #expect(market.number("wallet_broken_invariants_total") == 2)
            let due = try await market.seller(of: .service).listRefundsDue(ListRefundsDueRequest()).refunds
            #expect(due.count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `missing money halts the concert and moves nothing`(engine: Engine) async throws {
        try await Market.with(engine, isAudited: false) { market in
            try await market.topUp(20_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            #expect(try await market.pay(first, number: 30).outcome == .paid)
            market.road.set(.callsAreLost)
            #expect(try await market.payUnanswered(second, number: 31).outcome == .pending)
            market.road.set(.none)
            let database = market.wallet.instances[0].database
            try await database.transaction { try $0.execute("update account set pending = 0") }
            try await market.run("payments") { try await market.halts().count == 1 }
            #expect(try await market.show(31).outcome == .pending)

            try await market.giveBack(first)
            try await database.transaction { try $0.execute("delete from account") }
            try await market.run("refunds") { try await market.halts().count == 2 }
            #expect(try await market.show(30).isRefunded == false)
            #expect(market.number("wallet_broken_invariants_total") == 2)
        }
    }
}
