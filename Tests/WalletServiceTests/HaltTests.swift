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
    private func confirm(_ reservation: ReservationEntry, _ number: UInt64, _ market: Market) async throws {
        let request = ConfirmRequest(
            concertID: market.concertID, paymentID: RequestID.numbered(number).bytes,
            reservationID: reservation.reservationID, userID: UserID.alice.bytes, amount: reservation.amount,
            currency: reservation.currency)
        let decision = try await market.seller(of: .service).confirm(request).decision
        #expect(decision?.outcome == .confirmed)
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
            #expect(halts.first?.paymentID == RequestID.numbered(30).bytes && halts.first?.why.isEmpty == false)

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
            #expect(brokenInvariants(market) == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a refund for an unpaid payment halts, moves nothing, and is not acknowledged`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(20_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            _ = try await market.cancel(30)
            for (reservation, payment) in [(first, 30), (second, 31)] as [(ReservationEntry, UInt64)] {
                try await confirm(reservation, payment, market)
                try await market.giveBack(reservation, number: 10 + payment)
            }
            try await market.run("refunds") { try await market.halts().count == 2 }
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [20_000, 0])
            #expect(brokenInvariants(market) == 2)
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
            #expect(brokenInvariants(market) == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `a halted concert is counted until the halt is lifted, also by other instances`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            func halted() async throws -> Int {
                try await market.wallet.run("late payments")
                return number("wallet_halted_concerts", market)
            }
            #expect(try await halted() == 0)
            let (concert, payment) = (ConcertID(high: 2, low: 1), PaymentID(high: 1, low: 1))
            try await market.wallet.instances[0].database.transaction { tx in
                try tx.execute(
                    """
                    insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, 'why', 0)
                    """, concert, payment, UserID.alice)
            }
            #expect(try await halted() == 1)
            _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: concert.bytes))
            #expect(try await halted() == 0)
        }
    }

    /// Stores a halt as the service does.
    private func halt(_ concert: [UInt8], because payment: UInt64, _ market: Market) async throws {
        let concert = try #require(ConcertID(bytes: concert))
        try await market.wallet.instances[0].database.transaction { tx in
            try tx.execute(
                """
                insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, 'why', 0)
                """, concert, PaymentID(of: .numbered(payment)), UserID.alice)
        }
    }

    @Test(arguments: Engine.available)
    func `a halt stops only its own concert, and lifting it lifts no other`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            func lift(_ concert: [UInt8]) async throws {
                _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: concert))
            }
            let other = ConcertID(high: 2, low: 1).bytes
            try await market.topUp(20_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            try await halt(other, because: 90, market)
            #expect(try await market.pay(first, number: 30).outcome == .paid)
            try await halt(market.concertID, because: 91, market)
            await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
            try await lift(other)
            #expect(try await market.halts().map(\.concertID) == [market.concertID])
            await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
            try await lift(market.concertID)
            #expect(try await market.halts().isEmpty)
            #expect(try await market.pay(second, number: 31).outcome == .paid)
            // A new halt after a lifted one.
            try await halt(market.concertID, because: 92, market)
            await refused("CONCERT_HALTED") { try await market.pay(second, number: 32) }
            #expect(try await market.halts().map(\.paymentID) == [RequestID.numbered(92).bytes])
        }
    }

    @Test(arguments: Engine.available)
    func `100 halts are listed, and hasMore tells if there are more`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            for (number, hasMore) in [(100, false), (101, true)] as [(UInt64, Bool)] {
                for payment in UInt64(number == 100 ? 1 : 101)...number {
                    try await halt(market.concertID, because: payment, market)
                }
                let reply = try await market.calls(of: .operator).listHalted(ListHaltedRequest())
                #expect(reply.halts.count == 100 && reply.hasMore == hasMore)
            }
            try await market.wallet.run("late payments")
            #expect(number("wallet_halted_concerts", market) == 1)
        }
    }

    private func brokenInvariants(_ market: Market) -> Int { number("wallet_broken_invariants_total", market) }

    private func number(_ metric: String, _ market: Market) -> Int {
        let lines = market.wallet.instances[0].metrics.prometheusText.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("\(metric) ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
