import ConcertAPI
import ConcertService
import Database
import Kernel
import QueueAPI
import QueueService
import RPC
import Telemetry
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

/// All three services, with a concert on sale from noon for a day. Seats 1 to 40 cost 30.00 EUR, seat 41 is free.
/// Between wallet and Concert is a `Road` that can lose messages. The wallet runs on the engine of the test.
struct Market: Sendable {
    static let price: UInt64 = 3000
    static let patience = Duration.seconds(2)

    let wallet: TestService
    let concert: TestService
    let queue: TestService
    let road: Road
    let concertID: ConcertID
    let scheduleID: ScheduleID

    var clock: ManualClock { wallet.clock }

    /// Audits the books at the end if `isAudited`. Pass false if `body` damages them.
    static func with(
        _ engine: Engine, instances: Int = 1, queue: Address? = nil, isAudited: Bool = true,
        _ body: (Market) async throws -> Void
    ) async throws {
        try await withOthers { others in
            try await others.open(engine, instances: instances, queue: queue) { market in
                try await body(market)
                if isAudited { #expect(try await market.audit().violation == "") }
            }
        }
    }

    /// The services that keep running while wallets start and end.
    struct Others: Sendable {
        let concert: TestService
        let queue: TestService
        let concertID: ConcertID
        let scheduleID: ScheduleID
        let road: Road

        func open(
            _ engine: Engine, database: TestDatabase? = nil, instances: Int = 1, queue otherQueue: Address? = nil,
            _ body: (Market) async throws -> Void
        ) async throws {
            try await TestService.with(
                .wallet, on: engine, database: database, instances: instances, keys: concert.keys,
                clock: concert.clock,
                arguments: [
                    "--concert", "\(road.address)", "--queue", "\(otherQueue ?? queue.instances[0].address)",
                    "--top-up-by", "user",
                ]
            ) { wallet in
                try await body(
                    Market(
                        wallet: wallet, concert: concert, queue: queue, road: road, concertID: concertID,
                        scheduleID: scheduleID))
            }
        }
    }

    static func withOthers(_ body: (Others) async throws -> Void) async throws {
        try await TestService.with(.concert, on: .memory) { concert in
            try await TestService.with(.queue, on: .memory, keys: concert.keys, clock: concert.clock) { queue in
                let road = try Road(to: concert.instances[0].address)
                let calls = ConcertClient(concert.client(of: .operator))
                let concertID = try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(1))).concert
                    .concertID
                let schedule = AddScheduleRequest(concertID: concertID, settings: .tonight)
                let scheduleID = try await calls.addSchedule(schedule, CallOptions(requestID: .numbered(2))).schedule
                    .scheduleID
                let offers = [
                    SeatOffer(seats: SeatRange(firstNumber: 1, lastNumber: 40), grade: "A", price: price),
                    SeatOffer(seats: SeatRange(firstNumber: 41, lastNumber: 41), grade: "F", price: 0),
                ]
                _ = try await calls.setSeats(
                    SetSeatsRequest(concertID: concertID, scheduleID: scheduleID, offers: offers),
                    CallOptions(requestID: .numbered(3)))
                let others = Others(
                    concert: concert, queue: queue, concertID: concertID, scheduleID: scheduleID, road: road)
                do { try await body(others) } catch {
                    await road.close()
                    throw error
                }
                await road.close()
            }
        }
    }

    func calls(of caller: TestCaller?, instance: Int = 0) -> WalletClient {
        WalletClient(wallet.client(of: caller, instance: instance))
    }

    func seller(of caller: TestCaller?) -> ConcertClient { ConcertClient(concert.client(of: caller)) }

    // MARK: Calls of users; each `number` makes a separate request id

    @discardableResult
    func topUp(_ amount: UInt64, for caller: TestCaller = .alice, number: UInt64 = 10) async throws -> Balance {
        let request = TopUpRequest(amount: amount, currency: "EUR")
        return try await calls(of: caller).topUp(request, CallOptions(requestID: .numbered(number))).balance
    }

    func reserve(
        _ seats: String..., by caller: TestCaller = .alice, number: UInt64 = 20, pass: [UInt8] = []
    ) async throws -> Reservation {
        let request = ReserveSeatsRequest(
            concertID: concertID, scheduleID: scheduleID, choice: .seats(SeatNames(names: seats)), pass: pass)
        return try await seller(of: caller).reserveSeats(request, CallOptions(requestID: .numbered(number)))
            .reservation
    }

    /// Pays. Waits for the timer if the machine is too busy for the first attempt.
    func pay(
        _ reservation: Reservation, by caller: TestCaller = .alice, number: UInt64 = 30, instance: Int = 0
    ) async throws -> WalletAPI.Payment {
        let payment = try await sendPay(reservation, by: caller, number, instance, timeout: .seconds(5))
        return payment.outcome == .pending ? try await settled(number, of: caller) : payment
    }

    private func sendPay(
        _ reservation: Reservation, by caller: TestCaller, _ number: UInt64, _ instance: Int, timeout: Duration
    ) async throws -> WalletAPI.Payment {
        let request = PayRequest(
            paymentID: .numbered(number), concertID: concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        return try await calls(of: caller, instance: instance).pay(request, CallOptions(timeout: timeout)).payment
    }

    /// Pays while the road loses messages. A busy machine may miss the deadline here; `SimulationTests` shows that
    /// PENDING comes in time.
    func payUnanswered(
        _ reservation: Reservation, number: UInt64 = 30, instance: Int = 0
    ) async throws -> WalletAPI.Payment {
        do {
            return try await sendPay(reservation, by: .alice, number, instance, timeout: Self.patience)
        } catch let failure as RPCFailure where failure.code == .deadlineExceeded {
            return try await show(number)
        }
    }

    func show(_ number: UInt64 = 30, of caller: TestCaller = .alice) async throws -> WalletAPI.Payment {
        let request = ShowPaymentRequest(paymentID: .numbered(number))
        return try await calls(of: caller).showPayment(request).payment
    }

    func cancel(
        _ number: UInt64 = 30, by caller: TestCaller = .alice, timeout: Duration = .seconds(20)
    ) async throws -> WalletAPI.Payment {
        let request = CancelPaymentRequest(paymentID: .numbered(number))
        return try await calls(of: caller).cancelPayment(request, CallOptions(timeout: timeout)).payment
    }

    func giveBack(_ reservation: Reservation, by caller: TestCaller = .alice, number: UInt64 = 40) async throws {
        let request = CancelReservationRequest(concertID: concertID, reservationID: reservation.reservationID)
        _ = try await seller(of: caller).cancelReservation(request, CallOptions(requestID: .numbered(number)))
    }

    /// Available and pending money.
    func money(of caller: TestCaller = .alice) async throws -> [UInt64] {
        let balances = try await calls(of: caller).showBalance(ShowBalanceRequest()).balances
        return balances.first { $0.currency == "EUR" }.map { [$0.available, $0.pending] } ?? []
    }

    func entries(of caller: TestCaller = .alice) async throws -> [EntryKind] {
        let request = ListEntriesRequest(currency: "EUR", pageSize: 500)
        return try await calls(of: caller).listEntries(request).entries.map(\.kind).reversed()
    }

    func validTickets(of caller: TestCaller = .alice) async throws -> [String] {
        let tickets = try await seller(of: caller).listTickets(ListTicketsRequest(concertID: concertID)).tickets
        return tickets.filter { $0.state == .valid }.map(\.seat)
    }

    func halts() async throws -> [Halt] {
        try await calls(of: .operator).listHalted(ListHaltedRequest()).halts
    }

    /// Stores a halt as the service does.
    func halt(_ concert: ConcertID, because payment: UInt64) async throws {
        try await wallet.instances[0].database.transaction { tx in
            try tx.execute(
                """
                insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, 'why', 0)
                """, concert, PaymentID.numbered(payment), UserID.alice)
        }
    }

    /// The value of a metric of the wallet.
    func number(_ metric: String, instance: Int = 0) -> Int {
        let lines = wallet.instances[instance].metrics.prometheusText.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("\(metric) ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    func audit(timeout: Duration = .minutes(1)) async throws -> AuditReply {
        try await calls(of: .operator).audit(AuditRequest(), CallOptions(timeout: timeout))
    }

    /// Advances the clock until the timer has decided the payment.
    func settled(_ number: UInt64 = 30, of caller: TestCaller = .alice) async throws -> WalletAPI.Payment {
        for _ in 0..<40 {
            let payment = try await show(number, of: caller)
            if payment.outcome != .pending { return payment }
            clock.advance(by: .seconds(5))
            try await wallet.run("payments")
        }
        return try await show(number, of: caller)
    }

    /// Runs a job and advances the clock until `isDone`.
    func run(_ job: String, until isDone: () async throws -> Bool) async throws {
        for _ in 0..<40 {
            try await wallet.run(job)
            if try await isDone() { return }
            clock.advance(by: .seconds(5))
        }
        Issue.record("job \(job) does not finish its work")
    }
}

extension CreateConcertRequest {
    fileprivate static let moonTour = CreateConcertRequest(
        name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
}

extension ScheduleSettings {
    fileprivate static let tonight = ScheduleSettings(
        name: "tonight", startsAt: noon(.hours(30)), endsAt: noon(.hours(32)), saleOpensAt: noon(.zero),
        saleClosesAt: noon(.hours(24)), cancelUntil: noon(.hours(24)), seatsPerUser: 40)

    private static func noon(_ later: Duration) -> Timestamp { Timestamp.noon + later }
}

/// Expects `body` to be refused for `reason`.
@discardableResult
func refused<Value>(
    _ reason: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async -> RPCFailure? {
    let failure = await #expect(throws: RPCFailure.self, sourceLocation: sourceLocation) { _ = try await body() }
    #expect(failure?.reason == reason, "\(failure?.description ?? "")", sourceLocation: sourceLocation)
    #expect(failure?.isIndefinite != true, sourceLocation: sourceLocation)
    return failure
}
