import ConcertAPI
import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads
import WalletAPI

/// Buyers on one event loop. Each repeats a whole purchase as a new user: joins, reserves, pays, and sometimes cancels
/// the payment or the reservation. Calls without an answer are repeated with the same ids.
final class Crowd: @unchecked Sendable {
    // Sound because: mutable state is used only on the loop.

    static let price: UInt64 = 1000
    static let hold = Duration.seconds(4)
    private static let leastSeats = 5000
    private static let maximumTries = 2000
    private static let longestRest = 1000

    /// The final answers that payers received.
    private(set) var isPaid: [PaymentID: Bool] = [:]
    /// Why payments were not made.
    private(set) var reasons: Set<NotPaidReason> = []
    private(set) var reservations: [PaymentID: ReservationID] = [:]
    private(set) var returned: Set<ReservationID> = []
    private var held: [Held] = []
    private(set) var isClosed = false
    /// True if each reserved seat has been paid for, or not paid for in the end.
    private var hasPaidForAll = false

    private let programs: Programs
    private let seats: Int
    private let loops: Loops
    private let queue: QueueClient
    private let concert: ConcertClient
    private let wallet: WalletClient
    private let clients: [Client]
    private var random: SeededGenerator
    private var room = RoomID(high: 0, low: 0)
    private var concertID = ConcertID(high: 0, low: 0)
    private var scheduleID = ScheduleID(high: 0, low: 0)
    private var nextSeat = 0
    private var nextUser = 0

    /// The date has at least `seats` seats, at most 99,999.
    init(_ programs: Programs, on loops: Loops, seed: UInt64, seats: Int = 0) {
        self.programs = programs
        self.seats = max(seats, Self.leastSeats)
        self.loops = loops
        clients = Programs.Name.allCases.map { Client(to: [programs.address(of: $0)], on: loops) }
        (queue, concert, wallet) = (QueueClient(clients[0]), ConcertClient(clients[1]), WalletClient(clients[2]))
        random = SeededGenerator(seed: seed)
    }

    /// A reservation before its payment. The ids of its later requests follow `number`.
    private struct Held {
        let user: TestCaller
        let number: UInt64
        let reservation: Reservation
    }

    /// Creates a date behind a room that admits at once.
    func open(now: Timestamp, hold: Duration = Crowd.hold) async throws {
        try await onLoop { [self] in
            room = try await queue.createRoom(CreateRoomRequest(name: "sale"), options(.operator, 1)).room.roomID
            _ = try await queue.openRoom(OpenRoomRequest(roomID: room), options(.operator))
            let tour = CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
            concertID = try await concert.createConcert(tour, options(.operator, 2)).concert.concertID
            let times = [Duration.hours(30), .hours(32), .hours(-2), .hours(24)].map { now + $0 }
            let settings = ScheduleSettings(
                name: "tonight", startsAt: times[0], endsAt: times[1], saleOpensAt: times[2],
                saleClosesAt: times[3], cancelUntil: times[3], hold: hold,
                roomID: room)
            scheduleID = try await concert.addSchedule(
                AddScheduleRequest(concertID: concertID, settings: settings), options(.operator, 3)
            ).schedule.scheduleID
            let offer = SeatOffer(
                seats: SeatRange(firstNumber: 1, lastNumber: UInt32(seats)), grade: "A", price: Self.price)
            _ = try await concert.setSeats(
                SetSeatsRequest(concertID: concertID, scheduleID: scheduleID, offers: [offer]),
                options(.operator, 4, timeout: .minutes(1)))
        }
    }

    /// Runs `count` buyers until `close`. Each buyer finishes the current purchase.
    func buy(count: Int) async throws {
        try await onTasks(count) { [self] in
            while !isClosed {
                try await purchase()
                await rest(upTo: Self.longestRest)
            }
        }
    }

    /// Reserves seats for `count` new users, without a payment.
    func reserve(count: Int) async throws {
        try await onTasks(min(count, 64)) { [self] in
            while held.count < count {
                if let reserved = try await reserve() { held.append(reserved) }
            }
        }
    }

    /// Pays for all reserved seats at once.
    func payForAll() async throws {
        var failure: (any Error)?
        do {
            try await onTasks(held.count) { [self] in
                guard let next = held.popLast() else { return }
                _ = try await pay(for: next.reservation, next.user, next.number + 4)
            }
        } catch { failure = error }
        try await onLoop { [self] in hasPaidForAll = true }
        if let failure { throw failure }
    }

    /// Waits until so many payments have a final answer. Throws if `payForAll` ends with fewer.
    func decide(_ count: Int) async throws {
        let clock = SystemClock()
        while true {
            let (decided, isOver) = try await onLoop { [self] in (isPaid.count, hasPaidForAll) }
            if decided >= count { return }
            guard !isOver else { throw Unanswered(last: nil) }
            try await clock.sleep(for: .milliseconds(1))
        }
    }

    /// Cancels the date. Returns when all of its seats are blocked.
    func cancelDate() async throws {
        try await onLoop { [self] in
            var request = CancelDateRequest(concertID: concertID, scheduleID: scheduleID, reason: "fog")
            request.confirmation = try await cancelDate(request).confirmation
            // From here on no valid ticket is promised.
            returned.formUnion(held.map(\.reservation.reservationID) + reservations.values)
            while try await cancelDate(request).finishedAt == nil {
                _ = await EventLoop.current?.pause(for: .milliseconds(50))
            }
        }
    }

    private func cancelDate(_ request: CancelDateRequest) async throws -> CancelDateReply {
        try await untilAnswered { [self] in try await concert.cancelDate(request, options(.operator, 5)) }
    }

    private func onTasks(_ count: Int, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let tasks = (0..<count).map { _ in Task(executorPreference: loops.all[0]) { try await body() } }
        for task in tasks { try await task.value }
    }

    func close() async throws { try await onLoop { [self] in isClosed = true } }

    /// The number of payments with a final answer.
    func decidedCount() async throws -> Int { try await onLoop { [self] in isPaid.count } }

    func shutdown() async { for client in clients { await client.shutdown() } }

    /// Audits the wallet.
    func audit() async throws -> AuditReply {
        try await onLoop { [self] in
            try await untilAnswered { [self] in try await wallet.audit(AuditRequest(), options(.operator)) }
        }
    }

    func refundsDue() async throws -> Int {
        try await onLoop { [self] in
            try await untilAnswered { [self] in
                try await concert.listRefundsDue(ListRefundsDueRequest(), options(.service))
            }
            .refunds.count
        }
    }

    // MARK: One buyer

    private func purchase() async throws {
        guard let held = try await reserve() else { return }
        // Some buyers wait about as long as the hold lasts.
        if Int.random(in: 1...10, using: &random) == 1 { await rest(upTo: 2 * Int(Self.hold.milliseconds)) }
        let payment = try await pay(for: held.reservation, held.user, held.number + 4)
        guard payment.outcome == .paid, Int.random(in: 1...4, using: &random) == 1 else { return }
        try await giveBack(held.reservation, held.user, held.number + 5)
    }

    private func reserve() async throws -> Held? {
        nextUser += 1
        let (user, number) = (TestCaller.user(nextUser), UInt64(10 * nextUser))
        let money = Self.price - (Int.random(in: 1...20, using: &random) == 1 ? 1 : 0)
        let topUp = TopUpRequest(amount: money, currency: "EUR")
        _ = try await untilAnswered { [self] in try await wallet.topUp(topUp, options(user, number + 1)) }
        let join = JoinRequest(roomID: room)
        let place = try await untilAnswered { [self] in try await queue.join(join, options(user, number + 2)) }.place
        let renewal = RenewRequest(roomID: room, placeID: place.placeID)
        let pass = try await untilAnswered { [self] in try await queue.renew(renewal, options(user)) }.pass
        return try await reserve(for: user, number + 3, pass).map { reservation in
            Held(user: user, number: number, reservation: reservation)
        }
    }

    private func reserve(for user: TestCaller, _ number: UInt64, _ pass: [UInt8]) async throws -> Reservation? {
        nextSeat = nextSeat % seats + 1
        let seat = Int.random(in: 1...4, using: &random) == 1 ? Int.random(in: 1...nextSeat, using: &random) : nextSeat
        let request = ReserveSeatsRequest(
            concertID: concertID, scheduleID: scheduleID, choice: .seats(SeatNames(names: ["\(seat)"])), pass: pass)
        do {
            return try await untilAnswered { [self] in try await concert.reserveSeats(request, options(user, number)) }
                .reservation
        } catch let refusal as RPCFailure where ["SEAT_HELD", "SEAT_SOLD"].contains(refusal.reason) {
            return nil
        }
    }

    private func pay(
        for reservation: Reservation, _ user: TestCaller, _ number: UInt64
    ) async throws -> Payment {
        let id = PaymentID(of: RequestID.numbered(number))
        let request = PayRequest(
            paymentID: id, concertID: concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        reservations[id] = reservation.reservationID
        let isCancelled = Int.random(in: 1...10, using: &random) == 1
        for _ in 1...Self.maximumTries {
            let payment = try await untilAnswered { [self] in try await wallet.pay(request, options(user)) }.payment
            try note(payment, id)
            if payment.outcome != .pending { return payment }
            if isCancelled {
                let cancel = CancelPaymentRequest(paymentID: id)
                let answer = try await untilAnswered { [self] in try await wallet.cancelPayment(cancel, options(user)) }
                try note(answer.payment, id)
            }
        }
        throw Unanswered(last: nil)
    }

    private func note(_ payment: Payment, _ id: PaymentID) throws {
        guard payment.outcome != .pending else { return }
        let isPaid = payment.outcome == .paid
        if !isPaid { reasons.insert(payment.reason) }
        guard self.isPaid.updateValue(isPaid, forKey: id) ?? isPaid == isPaid else {
            throw Breach(invariant: 12, what: "the payer received both PAID and NOT_PAID for \(id)")
        }
    }

    private func giveBack(_ reservation: Reservation, _ user: TestCaller, _ number: UInt64) async throws {
        // From here on a valid ticket is not promised, whatever the answer.
        returned.insert(reservation.reservationID)
        let request = CancelReservationRequest(concertID: concertID, reservationID: reservation.reservationID)
        _ = try await untilAnswered { [self] in try await concert.cancelReservation(request, options(user, number)) }
    }

    // MARK: Repeated calls

    private struct Unanswered: Error {
        let last: RPCFailure?
    }

    /// Repeats a call until it is answered or definitely refused.
    private func untilAnswered<Reply>(_ body: () async throws -> Reply) async throws -> Reply {
        var last: RPCFailure?
        for _ in 1...Self.maximumTries {
            do {
                return try await body()
            } catch let failure as RPCFailure
                where failure.isIndefinite || failure.isNotProcessed || failure.retryAfter != nil
                || failure.code == .deadlineExceeded
            {
                last = failure
            }
            _ = await EventLoop.current?.pause(for: .milliseconds(Int.random(in: 0...100, using: &random)))
        }
        throw Unanswered(last: last)
    }

    /// Returns early when the crowd is closed.
    private func rest(upTo milliseconds: Int) async {
        var rest = Duration.milliseconds(Int.random(in: 0...milliseconds, using: &random))
        while rest > .zero, !isClosed {
            _ = await EventLoop.current?.pause(for: min(rest, .milliseconds(50)))
            rest -= .milliseconds(50)
        }
    }

    /// The default time-out is shorter than some outages.
    private func options(
        _ caller: TestCaller, _ number: UInt64? = nil, timeout: Duration = .seconds(2)
    ) -> CallOptions {
        CallOptions(
            timeout: timeout, requestID: number.map { .numbered($0) }, credential: caller.credential(programs.keys))
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(executorPreference: loops.all[0]) { try await body() }.value
    }
}
