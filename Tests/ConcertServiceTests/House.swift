import ConcertAPI
import ConcertDomain
import ConcertService
import Identity
import Kernel
import RPC
import Service
import TestSupport
import Testing

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
                AddScheduleRequest(concertID: concert?.concertID ?? [], settings: settings),
                CallOptions(requestID: .numbered(2))
            ).schedule
            let house = House(
                service: service, concert: try #require(ConcertID(bytes: concert?.concertID ?? [])),
                schedule: try #require(ScheduleID(bytes: schedule?.scheduleID ?? [])))
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
        SetSeatsRequest(concertID: concert.bytes, scheduleID: schedule.bytes, offers: offers)
    }

    func request(_ names: [String], pass: [UInt8] = []) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert.bytes, scheduleID: schedule.bytes, wish: .seats(SeatNames(names: names)), pass: pass)
    }

    func best(_ count: UInt32, _ grade: String) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert.bytes, scheduleID: schedule.bytes, wish: .best(BestSeats(count: count, grade: grade)))
    }

    /// Reserves seats. Each `number` is a new request.
    func reserve(
        _ names: String..., as caller: TestCaller, number: UInt64
    ) async throws -> ReservationEntry {
        let reply = try await calls(of: caller).reserveSeats(request(names), CallOptions(requestID: .numbered(number)))
        return try #require(reply.reservation)
    }

    func confirm(
        _ reservation: ReservationEntry, payment: UInt64, user: TestCaller = .alice, instance: Int = 0
    ) async throws -> DecisionEntry {
        let reply = try await calls(of: .service, instance: instance).confirm(
            ConfirmRequest(
                concertID: concert.bytes, paymentID: RequestID.numbered(payment).bytes,
                reservationID: reservation.reservationID, userID: user.user.bytes, amount: reservation.amount,
                currency: reservation.currency))
        return try #require(reply.decision)
    }

    func abort(_ reservation: ReservationEntry, payment: UInt64) async throws -> DecisionEntry {
        let reply = try await calls(of: .service).abort(
            AbortRequest(
                concertID: concert.bytes, paymentID: RequestID.numbered(payment).bytes,
                reservationID: reservation.reservationID))
        return try #require(reply.decision)
    }

    func cancel(
        _ reservation: ReservationEntry, as caller: TestCaller, number: UInt64, reason: String = ""
    ) async throws -> CancelReservationReply {
        try await calls(of: caller).cancelReservation(
            CancelReservationRequest(
                concertID: concert.bytes, reservationID: reservation.reservationID, reason: reason),
            CallOptions(requestID: .numbered(number)))
    }

    func show(_ reservation: ReservationEntry, as caller: TestCaller) async throws -> ReservationEntry {
        let reply = try await calls(of: caller).showReservation(
            ShowReservationRequest(concertID: concert.bytes, reservationID: reservation.reservationID))
        return try #require(reply.reservation)
    }

    /// Reserves and buys seats for Alice. The payment has the next number.
    func sold(_ names: String..., number: UInt64 = 10) async throws -> ReservationEntry {
        let reply = try await calls(of: .alice).reserveSeats(
            request(names), CallOptions(requestID: .numbered(number)))
        let reservation = try #require(reply.reservation)
        try #require(try await confirm(reservation, payment: number + 1).outcome == .confirmed)
        return reservation
    }

    func release(_ reservation: ReservationEntry, as caller: TestCaller) async throws -> ReservationEntry {
        let reply = try await calls(of: caller).releaseReservation(
            ReleaseReservationRequest(concertID: concert.bytes, reservationID: reservation.reservationID))
        return try #require(reply.reservation)
    }

    /// The payments of the refunds due.
    func refundsDue() async throws -> [[UInt8]] {
        try await calls(of: .service).listRefundsDue(ListRefundsDueRequest()).refunds.map(\.paymentID)
    }

    func acknowledge(_ refund: UInt64, of payment: UInt64?) async throws {
        _ = try await calls(of: .service).acknowledgeRefund(
            AcknowledgeRefundRequest(
                concertID: concert.bytes, refundID: RequestID.numbered(refund).bytes,
                paymentID: payment.map { RequestID.numbered($0).bytes } ?? []))
    }

    /// The ticket of a seat that Alice buys.
    func ticket(_ seat: String) async throws -> ShowTicketReply {
        _ = try await sold(seat)
        return try await show(try #require(try await tickets(of: .alice).first { $0.seat == seat }))
    }

    func show(_ ticket: TicketEntry) async throws -> ShowTicketReply {
        try await calls(of: .alice).showTicket(
            ShowTicketRequest(concertID: concert.bytes, ticketID: ticket.ticketID))
    }

    func checkIn(_ code: String, number: UInt64) async throws -> TicketEntry? {
        try await calls(of: .operator).checkIn(
            CheckInRequest(code: code), CallOptions(requestID: .numbered(number))
        ).ticket
    }

    /// Blocks seats of row 1 of section A.
    func block(_ numbers: ClosedRange<UInt32>) -> BlockSeatsRequest {
        BlockSeatsRequest(
            concertID: concert.bytes, scheduleID: schedule.bytes, seats: [.row("A", "1", numbers)], reason: "camera")
    }

    func seatsRequest(known: UInt64 = 0, pass: [UInt8] = []) -> ShowSeatsRequest {
        ShowSeatsRequest(
            concertID: concert.bytes, scheduleID: schedule.bytes, pass: pass, knownLayoutVersion: known)
    }

    /// Sends one request simultaneously to two instances if the engine supports two. Returns both replies.
    func twice<Reply: Sendable>(
        _ call: @escaping @Sendable (ConcertClient) async throws -> Reply
    ) async throws -> (Reply, Reply) {
        async let one = call(calls(of: .operator))
        async let two = call(calls(of: .operator, instance: service.instances.count - 1))
        return try await (one, two)
    }

    func tickets(of caller: TestCaller) async throws -> [TicketEntry] {
        try await calls(of: caller).listTickets(ListTicketsRequest(concertID: concert.bytes)).tickets
    }

    func history(of seat: String) async throws -> ShowSeatHistoryReply {
        try await calls(of: .operator).showSeatHistory(
            ShowSeatHistoryRequest(concertID: concert.bytes, scheduleID: schedule.bytes, seat: seat))
    }

    /// The current map. Advances the clock beyond the age of the cached one.
    func map() async throws -> ShowSeatsReply {
        clock.advance(by: .milliseconds(250))
        return try await calls(of: .operator).showSeats(
            ShowSeatsRequest(concertID: concert.bytes, scheduleID: schedule.bytes))
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
        name: "tonight", startsAtMs: Timestamp.noon.later(.hours(8)), endsAtMs: Timestamp.noon.later(.hours(10)),
        saleOpensAtMs: Timestamp.noon.later(.zero), saleClosesAtMs: Timestamp.noon.later(.hours(1)),
        cancelUntilMs: Timestamp.noon.later(.hours(2)))
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
    func later(_ duration: Duration) -> UInt64 { UInt64((self + duration).milliseconds) }
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
