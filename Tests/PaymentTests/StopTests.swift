import ConcertAPI
import Glibc
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

/// A Concert that hangs, because it received SIGSTOP.
@Suite(.serialized) struct StopTests {
    private static let timeout = Duration.seconds(1)

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment during a stop of Concert is PENDING in time, and NOT_PAID after the hold`(
        engine: Engine
    ) async throws {
        try await StoppedSale.with(engine, hold: .seconds(3)) { sale in
            let reservation = try await sale.reserve(by: .alice, number: 20)
            sale.programs.send(SIGSTOP, to: .concert)
            // A call that misses its deadline throws.
            let first = try await sale.pay(for: reservation, by: .alice, number: 30, timeout: Self.timeout)
            #expect(first.outcome == .pending)
            try await SystemClock().sleep(for: .seconds(3))
            sale.programs.send(SIGCONT, to: .concert)
            let payment = try await sale.outcome(of: 30, by: .alice)
            #expect(payment.outcome == .notPaid && payment.reason == .holdExpired)
            #expect(try await sale.available(of: .alice) == Int(StoppedSale.money))
            let other = try await sale.reserve(by: .bob, number: 21)
            #expect(try await sale.pay(for: other, by: .bob, number: 31).outcome == .paid)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment during a stop of Concert is PAID if Concert continues within the hold`(engine: Engine) async throws
    {
        try await StoppedSale.with(engine, hold: .minutes(5)) { sale in
            let reservation = try await sale.reserve(by: .alice, number: 20)
            sale.programs.send(SIGSTOP, to: .concert)
            let first = try await sale.pay(for: reservation, by: .alice, number: 30, timeout: Self.timeout)
            #expect(first.outcome == .pending)
            sale.programs.send(SIGCONT, to: .concert)
            #expect(try await sale.outcome(of: 30, by: .alice).outcome == .paid)
            #expect(try await sale.available(of: .alice) == Int(StoppedSale.money - StoppedSale.price))
        }
    }
}

/// A sale of one seat, and two users with money.
private struct StoppedSale: Sendable {
    static let price: UInt64 = 1000
    static let money: UInt64 = 1500
    private static let maximumPolls = 400

    let programs: Programs
    private let concert: ConcertClient
    private let wallet: WalletClient
    private let concertID: ConcertID
    private let scheduleID: ScheduleID

    static func with(_ engine: Engine, hold: Duration, _ body: (StoppedSale) async throws -> Void) async throws {
        try await Programs.with(engine) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let toConcert = Client(to: [programs.address(of: .concert)], on: loops)
            let toWallet = Client(to: [programs.address(of: .wallet)], on: loops)
            try await body(StoppedSale(programs, toConcert, toWallet, hold: hold))
            await toConcert.shutdown()
            await toWallet.shutdown()
        }
    }

    private init(_ programs: Programs, _ toConcert: Client, _ toWallet: Client, hold: Duration) async throws {
        self.programs = programs
        (concert, wallet) = (ConcertClient(toConcert), WalletClient(toWallet))
        func options(_ caller: TestCaller, _ number: UInt64) -> CallOptions {
            CallOptions(requestID: .numbered(number), credential: caller.credential(programs.keys))
        }
        let tour = CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
        concertID = try await concert.createConcert(tour, options(.operator, 1)).concert.concertID
        let now = SystemClock().now
        let times = [Duration.hours(30), .hours(32), .hours(-2), .hours(24)].map { now + $0 }
        let settings = ScheduleSettings(
            name: "tonight", startsAt: times[0], endsAt: times[1], saleOpensAt: times[2],
            saleClosesAt: times[3], hold: hold)
        scheduleID = try await concert.addSchedule(
            AddScheduleRequest(concertID: concertID, settings: settings), options(.operator, 2)
        ).schedule.scheduleID
        let offer = SeatOffer(seats: SeatRange(firstNumber: 1, lastNumber: 1), grade: "A", price: Self.price)
        _ = try await concert.setSeats(
            SetSeatsRequest(concertID: concertID, scheduleID: scheduleID, offers: [offer]), options(.operator, 3))
        for caller in [TestCaller.alice, .bob] {
            _ = try await wallet.topUp(TopUpRequest(amount: Self.money, currency: "EUR"), options(caller, 4))
        }
    }

    private func options(
        _ caller: TestCaller, _ number: UInt64? = nil, timeout: Duration = .seconds(20)
    ) -> CallOptions {
        CallOptions(
            timeout: timeout, requestID: number.map { .numbered($0) }, credential: caller.credential(programs.keys))
    }

    func reserve(by caller: TestCaller, number: UInt64) async throws -> Reservation {
        let request = ReserveSeatsRequest(
            concertID: concertID, scheduleID: scheduleID, choice: .seats(SeatNames(names: ["1"])))
        return try await concert.reserveSeats(request, options(caller, number)).reservation
    }

    func pay(
        for reservation: Reservation, by caller: TestCaller, number: UInt64, timeout: Duration = .seconds(20)
    ) async throws -> Payment {
        let request = PayRequest(
            paymentID: .numbered(number), concertID: concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        return try await wallet.pay(request, options(caller, timeout: timeout)).payment
    }

    /// Polls until the payment is decided.
    func outcome(of number: UInt64, by caller: TestCaller) async throws -> Payment {
        let request = ShowPaymentRequest(paymentID: .numbered(number))
        for _ in 1..<Self.maximumPolls {
            let payment = try await wallet.showPayment(request, options(caller)).payment
            if payment.outcome != .pending { return payment }
            try await SystemClock().sleep(for: .milliseconds(50))
        }
        return try await wallet.showPayment(request, options(caller)).payment
    }

    func available(of caller: TestCaller) async throws -> Int {
        Int(try await wallet.showBalance(ShowBalanceRequest(), options(caller)).balances[0].available)
    }
}
