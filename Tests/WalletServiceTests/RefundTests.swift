import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct RefundTests {
    private func due(_ market: Market) async throws -> Int {
        try await market.seller(of: .service).listRefundsDue(ListRefundsDueRequest(understandsParts: true)).refunds
            .count
    }

    @Test(arguments: Engine.available)
    func `a cancelled reservation is refunded once, however often the job runs`(engine: Engine) async throws {
        try await Market.with(engine, instances: engine.instances) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1", "2")
            #expect(try await market.pay(reservation).outcome == .paid)
            try await market.giveBack(reservation)
            #expect(try await market.money() == [4000, 0])
            try await market.run("refunds") { try await due(market) == 0 }
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [10_000, 0])
            let payment = try await market.pay(reservation)
            #expect(payment.outcome == .paid && payment.isRefunded && payment.refundedAt != nil)
            #expect(try await market.entries() == [.topUp, .setAside, .payment, .refund])
            let audit = try await market.audit()
            #expect(audit.paidCount == 1 && audit.refundedCount == 1)
            #expect(audit.totals.first?.revenue == 0 && audit.totals.first?.available == 10_000)
        }
    }

    @Test func `two instances that pay out one refund at once give the money back once`() async throws {
        try await Market.with(.postgreSQL, instances: 2) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            #expect(try await market.pay(reservation).outcome == .paid)
            try await market.giveBack(reservation)
            try await HeldRows.with(market.wallet.instances[0].database) { tx in
                try tx.execute("update payment set attempt = attempt")
            } while: { rows in
                async let first: Void = market.wallet.instances[0].run("refunds")
                async let second: Void = market.wallet.instances[1].run("refunds")
                try await rows.waiting(2)
                rows.release()
                _ = try await (first, second)
            }
            try await market.run("refunds") { try await due(market) == 0 }
            #expect(try await market.money() == [10_000, 0])
            #expect(try await market.entries() == [.topUp, .setAside, .payment, .refund])
        }
    }

    @Test(arguments: Engine.available)
    func `a refund with a lost acknowledgement is listed again, but not paid again`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            #expect(try await market.pay(reservation).outcome == .paid)
            try await market.giveBack(reservation)
            market.road.set(.lost(ConcertMethods.acknowledgeRefund.name))
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [10_000, 0])
            #expect(try await due(market) == 1)
            market.road.set(.none)
            try await market.run("refunds") { try await due(market) == 0 }
            #expect(try await market.money() == [10_000, 0])
        }
    }

    @Test(arguments: Engine.available)
    func `a refund for a payment that is not posted yet waits until it is`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            market.road.set(.answersAreLost)
            #expect(try await market.payUnanswered(reservation).outcome == .pending)
            try await market.giveBack(reservation)
            market.road.set(.none)
            try await market.wallet.run("refunds")
            #expect(try await market.show().outcome == .pending)
            #expect(try await due(market) == 1)
            #expect(try await market.settled().outcome == .paid)
            try await market.run("refunds") { try await due(market) == 0 }
            #expect(try await market.show().isRefunded)
            #expect(try await market.money() == [10_000, 0])
            #expect(try await market.halts().isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `two refunds of one payment are paid out in one run`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1", "2")
            #expect(try await market.pay(reservation).outcome == .paid)
            for number in 1...2 {
                let request = CancelTicketsRequest(
                    concertID: market.concertID, reservationID: reservation.reservationID, seats: ["\(number)"])
                let id = RequestID.numbered(UInt64(40 + number))
                _ = try await market.seller(of: .alice).cancelTickets(request, CallOptions(requestID: id))
            }
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [10_000, 0])
            #expect(try await market.entries() == [.topUp, .setAside, .payment, .refund, .refund])
            #expect(try await due(market) == 0)
            #expect(try await market.show().isRefunded)
        }
    }

    @Test(arguments: Engine.available)
    func `a refund to a user without an account halts the concert, and delays no other refund`(
        engine: Engine
    ) async throws {
        try await Market.with(engine, isAudited: false) { market in
            for (user, number) in [(TestCaller.alice, UInt64(100)), (.bob, 200)] {
                try await market.topUp(3000, for: user, number: number)
                let reservation = try await market.reserve("\(number / 100)", by: user, number: number + 1)
                #expect(try await market.pay(reservation, by: user, number: number + 2).outcome == .paid)
                try await market.giveBack(reservation, by: user, number: number + 3)
            }
            try await market.wallet.instances[0].database.transaction { tx in
                try tx.execute("delete from account where user_id = $1", UserID.bob)
            }
            try await market.wallet.run("refunds")
            #expect(try await market.money() == [3000, 0])
            #expect(try await market.halts().map(\.paymentID) == [.numbered(202)])
            #expect(try await due(market) == 1)
        }
    }

    @Test func `a page of refunds that cannot be paid out delays no other refund`() async throws {
        try await Market.with(.memory) { market in
            try await market.concert.instances[0].database.transaction { tx in
                for number in 1...100 as ClosedRange<UInt64> {
                    try tx.execute(
                        """
                        insert into refund (
                            concert_id, refund_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since,
                            seats, kept, is_part)
                        values ($1, $2, $2, $2, $3, 100, 'EUR', '', 0, '', 0, 0)
                        """, ConcertID(high: 0, low: 1), RefundID(high: 9, low: number), UserID.bob)
                }
            }
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            #expect(try await market.pay(reservation).outcome == .paid)
            try await market.giveBack(reservation)
            try await market.run("refunds") { try await market.show().isRefunded }
            #expect(try await market.money() == [10_000, 0])
            #expect(try await market.halts().count == 100)
        }
    }

    @Test func `more refunds than one page holds are all paid out`() async throws {
        try await Market.with(.memory) { market in
            let offer = SeatOffer(seats: SeatRange(row: "X", firstNumber: 1, lastNumber: 120), grade: "A", price: 100)
            _ = try await market.seller(of: .operator).setSeats(
                SetSeatsRequest(concertID: market.concertID, scheduleID: market.scheduleID, offers: [offer]),
                CallOptions(requestID: .numbered(4)))
            for number in 1...120 {
                let user = TestCaller.user(number)
                let first = UInt64(10 * number + 1000)
                try await market.topUp(100, for: user, number: first)
                let reservation = try await market.reserve("X-\(number)", by: user, number: first + 1)
                #expect(try await market.pay(reservation, by: user, number: first + 2).outcome == .paid)
                try await market.giveBack(reservation, by: user, number: first + 3)
            }
            try await market.run("refunds") { try await due(market) == 0 }
            #expect(try await market.audit().refundedCount == 120)
        }
    }
}
