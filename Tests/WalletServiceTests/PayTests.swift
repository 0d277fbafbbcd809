import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct PayTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a user with enough money pays and gets the tickets`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1", "2")
                let payment = try await market.pay(reservation)
                #expect(payment.outcome == .paid)
                #expect(payment.amount == 6000 && payment.currency == "EUR" && payment.reason == .unspecified)
                #expect(payment.begunAt == Timestamp.noon && payment.decidedAt != nil)
                #expect(try await market.show() == payment)
                #expect(try await market.money() == [4000, 0])
                #expect(try await market.entries() == [.topUp, .setAside, .payment])
                #expect(try await market.validTickets() == ["1", "2"])
            }
        }

        @Test(arguments: Engine.available)
        func `a payment needs exactly enough money, and fails with one cent less or without an account`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                let mine = try await market.reserve("1", number: 20)
                let none = try await market.pay(mine, number: 30)
                #expect(none.outcome == .notPaid && none.reason == .noAccount)
                try await market.topUp(2999, number: 10)
                let short = try await market.pay(mine, number: 31)
                #expect(short.outcome == .notPaid && short.reason == .insufficient)
                try await market.topUp(1, number: 11)
                #expect(try await market.pay(mine, number: 30).reason == .noAccount, "a decision does not change")
                #expect(try await market.pay(mine, number: 31).reason == .insufficient)
                #expect(try await market.pay(mine, number: 32).outcome == .paid)
                #expect(try await market.money() == [0, 0])
            }
        }

        @Test(arguments: Engine.available)
        func `a free reservation needs no money`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                let free = try await market.reserve("41")
                #expect(free.amount == 0)
                #expect(try await market.pay(free).outcome == .paid)
                #expect(try await market.validTickets() == ["41"])
                #expect(try await market.money() == [])
                try await market.giveBack(free)
                try await market.wallet.run("refunds")
                let payment = try await market.show()
                #expect(payment.outcome == .paid && !payment.isRefunded && payment.refunded == 0)
                #expect(try await market.validTickets() == [])
            }
        }
    }

    struct Refuses {
        @Test func `an invalid field is refused`() async throws {
            try await Market.with(.memory) { market in
                let good = PayRequest(
                    paymentID: .numbered(1), concertID: .numbered(2),
                    reservationID: .numbered(3), amount: 1, currency: "EUR")
                let changes: [(String, (inout PayRequest) -> Void)] = [
                    ("currency", { $0.currency = "XXX" }), ("amount", { $0.amount = 1_000_000_000_000_001 }),
                ]
                for (field, change) in changes {
                    var request = good
                    change(&request)
                    let failure = await #expect(throws: RPCFailure.self) {
                        try await market.calls(of: .alice).pay(request)
                    }
                    #expect(failure?.code == .invalidArgument)
                    #expect(failure?.message.hasPrefix(field) == true, "\(failure?.message ?? "")")
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a refused sale costs nothing, and the payer receives the reason`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(20_000)
                let expired = try await market.reserve("1", number: 20)
                market.clock.advance(by: .minutes(5))
                #expect(try await market.pay(expired, number: 29).reason == .holdExpired)
                let sold = try await market.reserve("2", number: 21)
                let his = try await market.reserve("3", by: .bob, number: 22)
                var (unknown, cheaper) = (sold, try await market.reserve("4", number: 23))
                unknown.reservationID = .numbered(99)
                cheaper.amount -= 1
                _ = try await market.pay(sold, number: 30)
                let attempts: [(Reservation, NotPaidReason)] = [
                    (expired, .reservationGone), (sold, .alreadySold), (his, .mismatch), (unknown, .reservationGone),
                    (cheaper, .mismatch),
                ]
                for (number, (reservation, reason)) in attempts.enumerated() {
                    let payment = try await market.pay(reservation, number: 31 + UInt64(number))
                    #expect(payment.outcome == .notPaid)
                    #expect(payment.reason == reason)
                }
                #expect(try await market.money() == [17_000, 0])
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated payment names the seats with their tickets, until they are returned`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("2", "1")
                _ = try await market.pay(reservation)
                let request = PayRequest(
                    paymentID: .numbered(30), concertID: market.concertID, reservationID: reservation.reservationID,
                    amount: 6000, currency: "EUR")
                let calls = market.calls(of: .alice)
                let tickets = try await market.seller(of: .alice)
                    .listTickets(ListTicketsRequest(concertID: market.concertID)).tickets
                let seats = tickets.map { PaidSeat(seat: $0.seat, ticketID: $0.ticketID) }
                #expect(seats.map(\.seat) == ["1", "2"])
                #expect(try await calls.pay(request).seats == seats)
                try await market.giveBack(reservation)
                #expect(try await calls.pay(request).seats.isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated request gets the same answer, and pays once`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                let payment = try await market.pay(reservation)
                #expect(try await market.pay(reservation) == payment)
                market.clock.advance(by: .hours(1))
                #expect(try await market.pay(reservation) == payment)
                #expect(try await market.money() == [7000, 0])
            }
        }

        @Test(arguments: Engine.available)
        func `an id that was used for another payment or by another user is refused`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                try await market.topUp(10_000, for: .bob)
                let mine = try await market.reserve("1", number: 20)
                let other = try await market.reserve("2", number: 21)
                let his = try await market.reserve("3", by: .bob, number: 22)
                _ = try await market.pay(mine, number: 30)
                var cheaper = mine
                cheaper.amount -= 1
                await refused("PAYMENT_ID_REUSED") { try await market.pay(other, number: 30) }
                await refused("PAYMENT_ID_REUSED") { try await market.pay(cheaper, number: 30) }
                await refused("PAYMENT_ID_REUSED") { try await market.pay(his, by: .bob, number: 30) }
                await refused("PAYMENT_ID_REUSED") { try await market.cancel(30, by: .bob) }
                #expect(try await market.money() == [7000, 0])
                #expect(try await market.money(of: .bob) == [10_000, 0])
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a payment from several connections at once is paid once`(engine: Engine) async throws {
            try await Market.with(engine, instances: engine.instances) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                let last = market.wallet.instances.count - 1
                let payments = try await withThrowingTaskGroup(of: WalletAPI.Payment.self) { group in
                    for number in 0..<16 {
                        group.addTask { try await market.pay(reservation, instance: number % 2 * last) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(payments.count == 16 && Set(payments.map(\.outcome)) == [.paid])
                #expect(try await market.money() == [7000, 0])
            }
        }

        @Test(arguments: Engine.available)
        func `of concurrent payments, as many are paid as the money allows`(engine: Engine) async throws {
            try await Market.with(engine, instances: engine.instances) { market in
                try await market.topUp(7 * Market.price + 2999)
                let last = market.wallet.instances.count - 1
                let payments = try await withThrowingTaskGroup(of: WalletAPI.Payment.self) { group in
                    for number in 1...20 as ClosedRange<UInt64> {
                        group.addTask {
                            let reservation = try await market.reserve("\(number)", number: 100 + number)
                            return try await market.pay(
                                reservation, number: 200 + number, instance: Int(number) % 2 * last)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(payments.count { $0.outcome == .paid } == 7)
                #expect(payments.count { $0.reason == .insufficient } == 13)
                #expect(try await market.money() == [2999, 0])
                #expect(try await market.validTickets().count == 7)
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated call during the first one waits for the same outcome`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                market.road.set(.slow(.milliseconds(300)))
                async let first = market.pay(reservation)
                async let second = market.pay(reservation)
                let payments = try await [first, second]
                #expect(payments.map(\.outcome) == [.paid, .paid])
                #expect(try await market.money() == [7000, 0])
            }
        }
    }
}
