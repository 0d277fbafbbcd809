import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC

extension ConcertServer {
    func findReservations(_ request: FindReservationsRequest, call: Call) async throws -> FindReservationsReply {
        let search = try ReservationSearch(request, verifier)
        return try await database.read(before: call.deadline) { reader in
            _ = try ConcertTable.require(request.concertID, reader)
            let page = FilteredPage(after: request.after, size: request.pageSize, isFiltered: search.isFilter)
            let examined =
                try search.candidates(reader)
                ?? ReservationTable.all(of: request.concertID, after: request.after, limit: page.limit, reader)
            let result = page.rows(among: examined, \.id) { search.matches($0, at: reader.now) }
            return FindReservationsReply(
                reservations: result.found.map { .init($0, at: reader.now) }, hasMore: result.hasMore,
                lastReservationID: result.last)
        }
    }
}

/// The conditions of a request.
private struct ReservationSearch {
    private let request: FindReservationsRequest
    private let seat: SeatLabel?
    private let ticket: TicketID?
    private let state: Reservation.State?

    init(_ request: FindReservationsRequest, _ verifier: TicketVerifier) throws {
        self.request = request
        state = try Reservation.State(request.state)
        seat = request.seat.isEmpty ? nil : try SeatLabel(field: request.seat)
        guard request.seat.isEmpty || request.scheduleID != nil else {
            throw ConcertRefusal.invalid("schedule_id", "must be set with seat")
        }
        guard !request.ticketCode.isEmpty else {
            ticket = request.ticketID
            return
        }
        let code = try verifier.verified(request.ticketCode)
        guard code.concert == request.concertID, request.ticketID ?? code.ticket == code.ticket else {
            throw ConcertRefusal.because(.ticketUnknown)
        }
        ticket = code.ticket
    }

    /// True if some reservations of the concert may not match.
    var isFilter: Bool { state != nil || request.scheduleID != nil }

    func matches(_ reservation: Reservation, at now: Timestamp) -> Bool {
        (state == nil || reservation.state(at: now) == state)
            && (request.scheduleID == nil || reservation.schedule == request.scheduleID)
    }

    /// The reservations that each given key leaves, by id. Nil without a key.
    func candidates(_ reader: Reader) throws -> [Reservation]? {
        let concert = request.concertID
        var keyed: [[ReservationID]] = []
        if let id = request.reservationID { keyed.append([id]) }
        if let user = request.userID { keyed.append(try BuyerTable.reservations(of: user, in: concert, reader)) }
        if let ticket { keyed.append([try TicketTable.require(ticket, of: concert, reader).reservation]) }
        if let payment = request.paymentID {
            keyed.append(try DecisionTable.find(payment, in: concert, reader).map { [$0.reservation] } ?? [])
        }
        if let schedule = request.scheduleID {
            let schedule = try ScheduleTable.require(schedule, of: concert, reader)
            if let seat { keyed.append(try holder(of: seat, on: schedule, reader)) }
        }
        guard let first = keyed.first else { return nil }
        let ids = keyed.dropFirst().reduce(Set(first)) { $0.intersection($1) }
        return try ReservationTable.find(ids.sorted(), of: concert, reader).values.sorted { $0.id < $1.id }
    }

    private func holder(of seat: SeatLabel, on schedule: Schedule, _ reader: Reader) throws -> [ReservationID] {
        guard let found = try SeatTable.find(seat, of: schedule, reader) else { throw ConcertRefusal.seatUnknown(seat) }
        return switch found.claim(at: reader.now) {
        case .held(let reservation, _), .sold(let reservation): [reservation]
        case .free, .blocked: []
        }
    }
}
