import Kernel
import Programs
import RPC
import Service
import Telemetry
import TestSupport
import Testing
import WalletAPI
import WalletService

/// Payments while messages are lost and services are down.
@Suite struct PendingTests {
    @Test(arguments: Engine.available)
    func `a payment is PENDING while Concert is silent, and PAID afterwards`(
        engine: Engine
    ) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            market.road.set(.callsAreLost)
            let payment = try await market.payUnanswered(reservation)
            #expect(payment.outcome == .pending && payment.askAgain > .zero)
            #expect(try await market.money() == [7000, 3000])
            #expect(try await market.payUnanswered(reservation).outcome == .pending)
            market.road.set(.none)
            #expect(try await market.settled().outcome == .paid)
            #expect(try await market.pay(reservation).outcome == .paid)
            #expect(try await market.money() == [7000, 0])
            #expect(try await market.validTickets() == ["1"])
        }
    }

    @Test(arguments: Engine.available)
    func `if Concert is silent longer than the hold, the money is available again`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            market.road.set(.callsAreLost)
            #expect(try await market.payUnanswered(reservation).outcome == .pending)
            market.clock.advance(by: .minutes(6))
            try await market.wallet.run("payments")
            #expect(try await market.show().outcome == .pending, "time alone decides nothing")
            market.road.set(.none)
            let payment = try await market.settled()
            #expect(payment.outcome == .notPaid && payment.reason == .holdExpired)
            #expect(try await market.money() == [10_000, 0])
            #expect(try await market.entries() == [.topUp, .setAside, .release])
        }
    }

    @Test(arguments: Engine.available)
    func `a sale with a lost answer is paid, however late`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            let reservation = try await market.reserve("1")
            market.road.set(.answersAreLost)
            #expect(try await market.payUnanswered(reservation).outcome == .pending)
            #expect(try await market.validTickets() == ["1"])
            market.clock.advance(by: .hours(1))
            market.road.set(.none)
            #expect(try await market.settled().outcome == .paid)
            #expect(try await market.money() == [7000, 0])
        }
    }

    @Test(arguments: Engine.available)
    func `a payment is decided after a clock that was an hour ahead is set back`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(10_000)
            market.clock.step(to: .noon + .hours(1))
            let reservation = try await market.reserve("1")
            market.road.set(.callsAreLost)
            #expect(try await market.payUnanswered(reservation).outcome == .pending)
            market.clock.advance(by: .seconds(2))
            try await market.wallet.run("payments")
            market.clock.step(to: .noon)
            market.road.set(.none)
            #expect(try await market.settled().outcome == .paid)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment that a restart interrupted is continued at the next start`(engine: Engine) async throws {
        let database = try await TestDatabase.make(on: engine)
        try await Market.withOthers { others in
            try await others.open(engine, database: database) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                market.road.set(.callsAreLost)
                #expect(try await market.payUnanswered(reservation).outcome == .pending)
            }
            others.road.set(.none)
            others.concert.clock.advance(by: .seconds(2))
            try await others.open(engine, database: database) { market in
                try await market.wallet.run("payments")
                #expect(try await market.settled().outcome == .paid)
                #expect(try await market.money() == [7000, 0])
                #expect(try await market.audit().violation == "")
            }
        }
    }

    @Test func `two instances never try the same payment at the same time`() async throws {
        try await Market.with(.postgreSQL, instances: 2) { market in
            try await market.topUp(100_000)
            market.road.set(.callsAreLost)
            try await withThrowingTaskGroup { group in
                for number in 1...8 as ClosedRange<UInt64> {
                    group.addTask {
                        let reservation = try await market.reserve("\(number)", number: 100 + number)
                        let payment = try await market.payUnanswered(
                            reservation, number: 200 + number, instance: Int(number) % 2)
                        #expect(payment.outcome == .pending)
                    }
                }
                try await group.waitForAll()
            }
            for round in 1...4 {
                market.clock.advance(by: .seconds(6))
                async let first: Void = market.wallet.instances[0].run("payments")
                async let second: Void = market.wallet.instances[1].run("payments")
                _ = try await (first, second)
                #expect(market.road.confirmCount <= 8 * (1 + round))
            }
            market.road.set(.none)
            for number in 201...208 as ClosedRange<UInt64> {
                #expect(try await market.settled(number).outcome == .paid)
            }
        }
    }

    @Test func `the service answers calls while the others are down`() async throws {
        let arguments = ["--concert", "127.0.0.1:1", "--queue", "127.0.0.1:1", "--top-up-by", "user"]
        try await TestService.with(.wallet, on: .memory, arguments: arguments) { wallet in
            let alice = WalletClient(wallet.client(of: .alice))
            let topUp = TopUpRequest(amount: 5000, currency: "EUR")
            _ = try await alice.topUp(topUp, CallOptions(requestID: .numbered(1)))
            let request = PayRequest(
                paymentID: .numbered(2), concertID: .numbered(3),
                reservationID: .numbered(4), amount: 3000, currency: "EUR")
            _ = try? await alice.pay(request, CallOptions(timeout: Market.patience))
            let show = ShowPaymentRequest(paymentID: request.paymentID)
            #expect(try await alice.showPayment(show).payment.outcome == .pending)
            wallet.clock.advance(by: .seconds(10))
            for job in wallet.instances[0].jobs { try await job.run() }
            let balance = try await alice.showBalance(ShowBalanceRequest()).balances.first
            #expect(balance?.available == 2000 && balance?.pending == 3000)
        }
    }

    @Test(arguments: Engine.available)
    func `payments undecided after one minute and after ten minutes are counted`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            func late() async throws -> [String] {
                try await market.wallet.run("late payments")
                let lines = market.wallet.instances[0].metrics.prometheusText.split(separator: "\n")
                return lines.filter { $0.hasPrefix("wallet_payments_") }.map { "\($0.last!)" }
            }
            try await market.topUp(10_000)
            market.road.set(.callsAreLost)
            _ = try await market.payUnanswered(try await market.reserve("1"))
            market.clock.advance(by: .seconds(60) - .milliseconds(1))
            #expect(try await late() == ["0", "0"])
            market.clock.advance(by: .milliseconds(1))
            #expect(try await late() == ["1", "0"])
            market.clock.advance(by: .minutes(9))
            #expect(try await late() == ["1", "1"])
            market.road.set(.none)
            #expect(try await market.settled().reason == .holdExpired)
            #expect(try await late() == ["0", "0"])
        }
    }
}
