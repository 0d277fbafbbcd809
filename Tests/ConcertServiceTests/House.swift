import ConcertAPI
import ConcertDomain
import ConcertService
import Identity
import Kernel
import RPC
import Service
import TestSupport
import Testing

// In these tests, as in the service, these names are the values of the domain.
typealias Concert = ConcertDomain.Concert
typealias Schedule = ConcertDomain.Schedule
typealias Reservation = ConcertDomain.Reservation
typealias Decision = ConcertDomain.Decision
typealias Ticket = ConcertDomain.Ticket

/// A running service with one concert and one date. A-1-1 to A-2-10 have grade A and cost 45.00 EUR. B-1-1 to B-1-10
/// have grade B and cost 30.00 EUR. The sale is open from noon for an hour.
struct House: Sendable {
    let service: TestService
    let concert: ConcertID
    let schedule: ScheduleID

    var clock: ManualClock { service.clock }

    @discardableResult
    static func with<Value: Sendable>(
        _ engine: Engine, database: TestDatabase? = nil, instances: Int = 1, clock: ManualClock = ManualClock(),
        keys: KeyFile = .random(), settings change: (inout ScheduleSettings) -> Void = { _ in },
        _ body: (House) async throws -> Value
    ) async throws -> Value {
        try await TestService.with(
            .concert, on: engine, database: database, instances: instances, keys: keys, clock: clock
        ) { service in
            let calls = ConcertClient(service.client(of: .operator))
            let concert = try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(1))).concert
            var settings = ScheduleSettings.tonight
            change(&settings)
            let schedule = try await calls.addSchedule(
                AddScheduleRequest(concertID: concert.concertID, settings: settings),
                CallOptions(requestID: .numbered(2))
            ).schedule
            let house = House(
                service: service, concert: concert.concertID, schedule: schedule.scheduleID)
            _ = try await calls.setSeats(
                house.seats([
                    .row("A", "1", 1...10, grade: "A", price: 4500), .row("A", "2", 1...10, grade: "A", price: 4500),
                    .row("B", "1", 1...10, grade: "B", price: 3000),
                ]), CallOptions(requestID: .numbered(3)))
            return try await body(house)
        }
    }

    func calls(of caller: TestCaller?, instance: Int = 0) -> ConcertClient {
        ConcertClient(service.client(of: caller, instance: instance))
    }

    func seats(_ offers: [SeatOffer]) -> SetSeatsRequest {
        SetSeatsRequest(concertID: concert, scheduleID: schedule, offers: offers)
    }

    func request(_ names: [String], pass: [UInt8] = []) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert, scheduleID: schedule, choice: .seats(SeatNames(names: names)), pass: pass)
    }

    func best(_ count: UInt32, _ grade: String) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert, scheduleID: schedule, choice: .best(BestSeats(count: count, grade: grade)))
    }

    /// Reserves seats. Each `number` is a new request.
    func reserve(
        _ names: String..., as caller: TestCaller, number: UInt64
    ) async throws -> ConcertAPI.Reservation {
        let reply = try await calls(of: caller).reserveSeats(request(names), CallOptions(requestID: .numbered(number)))
        return reply.reservation
    }

    func confirm(
        _ reservation: ConcertAPI.Reservation, payment: UInt64, user: TestCaller = .alice, instance: Int = 0,
        parts: Bool = false
    ) async throws -> ConcertAPI.Decision {
        let reply = try await calls(of: .service, instance: instance).confirm(
            ConfirmRequest(
                concertID: concert, paymentID: .numbered(payment),
                reservationID: reservation.reservationID, userID: user.user, amount: reservation.amount,
                currency: reservation.currency, understandsParts: parts))
        return reply.decision
    }

    func abort(_ reservation: ConcertAPI.Reservation, payment: UInt64) async throws -> ConcertAPI.Decision {
        let reply = try await calls(of: .service).abort(
            AbortRequest(
                concertID: concert, paymentID: .numbered(payment),
                reservationID: reservation.reservationID))
        return reply.decision
    }

    func cancel(
        _ reservation: ConcertAPI.Reservation, as caller: TestCaller, number: UInt64, reason: String = ""
    ) async throws -> CancelReservationReply {
        try await calls(of: caller).cancelReservation(
            CancelReservationRequest(
                concertID: concert, reservationID: reservation.reservationID, reason: reason),
            CallOptions(requestID: .numbered(number)))
    }

    func show(_ reservation: ConcertAPI.Reservation, as caller: TestCaller) async throws -> ConcertAPI.Reservation {
        let reply = try await calls(of: caller).showReservation(
            ShowReservationRequest(concertID: concert, reservationID: reservation.reservationID))
        return reply.reservation
    }

    /// Reserves and buys seats for Alice. The payment has the next number.
    func sold(_ names: String..., number: UInt64 = 10) async throws -> ConcertAPI.Reservation {
        let reply = try await calls(of: .alice).reserveSeats(
            request(names), CallOptions(requestID: .numbered(number)))
        let reservation = reply.reservation
        try #require(try await confirm(reservation, payment: number + 1).outcome == .confirmed)
        return reservation
    }

    func release(_ reservation: ConcertAPI.Reservation, as caller: TestCaller) async throws -> ConcertAPI.Reservation {
        let reply = try await calls(of: caller).releaseReservation(
            ReleaseReservationRequest(concertID: concert, reservationID: reservation.reservationID))
        return reply.reservation
    }

    /// The payments of the refunds due.
    func refundsDue() async throws -> [PaymentID] {
        try await calls(of: .service).listRefundsDue(ListRefundsDueRequest()).refunds.map(\.paymentID)
    }

    func acknowledge(_ refund: UInt64, of payment: UInt64?) async throws {
        _ = try await calls(of: .service).acknowledgeRefund(
            AcknowledgeRefundRequest(
                concertID: concert, refundID: .numbered(refund),
                paymentID: payment.map { .numbered($0) }))
    }

    /// The ticket of a seat that Alice buys.
    func ticket(_ seat: String) async throws -> ShowTicketReply {
        _ = try await sold(seat)
        return try await show(try #require(try await tickets(of: .alice).first { $0.seat == seat }))
    }

    func show(_ ticket: ConcertAPI.Ticket) async throws -> ShowTicketReply {
        try await calls(of: .alice).showTicket(
            ShowTicketRequest(concertID: concert, ticketID: ticket.ticketID))
    }

    func checkIn(_ code: String, number: UInt64) async throws -> ConcertAPI.Ticket? {
        try await calls(of: .operator).checkIn(
            CheckInRequest(code: code), CallOptions(requestID: .numbered(number))
        ).ticket
    }

    /// Blocks seats of row 1 of section A.
    func block(_ numbers: ClosedRange<UInt32>) -> BlockSeatsRequest {
        BlockSeatsRequest(
            concertID: concert, scheduleID: schedule, seats: [.row("A", "1", numbers)], reason: "camera")
    }

    func seatsRequest(known: UInt64 = 0, pass: [UInt8] = []) -> ShowSeatsRequest {
        ShowSeatsRequest(
            concertID: concert, scheduleID: schedule, pass: pass, knownLayoutVersion: known)
    }

    /// Sends one request simultaneously to two instances if the engine supports two. Returns both replies.
    func twice<Reply: Sendable>(
        _ call: @escaping @Sendable (ConcertClient) async throws -> Reply
    ) async throws -> (Reply, Reply) {
        async let one = call(calls(of: .operator))
        async let two = call(calls(of: .operator, instance: service.instances.count - 1))
        return try await (one, two)
    }

    func tickets(of caller: TestCaller) async throws -> [ConcertAPI.Ticket] {
        try await calls(of: caller).listTickets(ListTicketsRequest(concertID: concert)).tickets
    }

    func history(of seat: String) async throws -> ShowSeatHistoryReply {
        try await calls(of: .operator).showSeatHistory(
            ShowSeatHistoryRequest(concertID: concert, scheduleID: schedule, seat: seat))
    }

    /// The current map. Advances the clock beyond the age of the cached one.
    func map() async throws -> ShowSeatsReply {
        clock.advance(by: .milliseconds(250))
        return try await calls(of: .operator).showSeats(
            ShowSeatsRequest(concertID: concert, scheduleID: schedule))
    }

    func pass(of caller: TestCaller, room: RoomID = .hall, until expiry: Timestamp) -> [UInt8] {
        Passes(service.keys).sign(Pass(room: room, place: .first, user: caller.user, expiry: expiry))
    }
}

extension RoomID {
    static let hall = RoomID(high: 5, low: 1)
    static let elsewhere = RoomID(high: 5, low: 2)
}

extension PlaceID {
    static let first = PlaceID(high: 6, low: 1)
}

extension CreateConcertRequest {
    static let moonTour = CreateConcertRequest(
        name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
}

extension ScheduleSettings {
    static let tonight = ScheduleSettings(
        name: "tonight", startsAt: Timestamp.noon.later(.hours(8)), endsAt: Timestamp.noon.later(.hours(10)),
        saleOpensAt: Timestamp.noon.later(.zero), saleClosesAt: Timestamp.noon.later(.hours(1)),
        cancelUntil: Timestamp.noon.later(.hours(2)))
}

extension SeatOffer {
    static func row(
        _ section: String, _ row: String, _ numbers: ClosedRange<UInt32>, grade: String, price: UInt64
    ) -> SeatOffer {
        SeatOffer(seats: .row(section, row, numbers), grade: grade, price: price)
    }
}

extension SeatRange {
    static func row(_ section: String, _ row: String, _ numbers: ClosedRange<UInt32>) -> SeatRange {
        SeatRange(section: section, row: row, firstNumber: numbers.lowerBound, lastNumber: numbers.upperBound)
    }
}

extension Timestamp {
    func later(_ duration: Duration) -> Timestamp { self + duration }
}

/// Expects the call to fail definitely with `reason`. Returns the failure.
@discardableResult
func expectRefusal<Reply>(
    _ reason: String, sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> Reply
) async -> RPCFailure? {
    let failure = await #expect(throws: RPCFailure.self, sourceLocation: sourceLocation) { _ = try await call() }
    #expect(failure?.reason == reason, "\(failure?.description ?? "")", sourceLocation: sourceLocation)
    #expect(failure?.isIndefinite != true, sourceLocation: sourceLocation)
    return failure
}
