import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC
import Service

extension ConcertServer {
    func cancelTickets(_ request: CancelTicketsRequest, call: Call) async throws -> CancelTicketsReply {
        let (reservation, refund, now) = try await giveBack(
            ReturnRequest(
                RefundID(of: try call.requestID), by: .init(call), of: try SeatChoice.labels(of: request.seats),
                leastAmount: Int64(clamping: request.leastAmount), reason: request.reason),
            of: request.reservationID, in: request.concertID, call: call)
        return CancelTicketsReply(reservation: .init(reservation, at: now), refund: .init(refund))
    }

    /// Returns tickets of a sold reservation and records the refund. The decision about the payment does not change.
    func giveBack(
        _ request: ReturnRequest, of id: ReservationID, in concert: ConcertID, call: Call
    ) async throws -> (Reservation, Refund, Timestamp) {
        let owner = request.canceller == .operator ? nil : try call.user
        return try await database.transaction(before: call.deadline) { tx in
            let earlier = try RefundTable.find(request.refund, in: concert, tx)
            let old = try SoldReservation.require(id, of: concert, for: owner, tx)
            guard old.isOfOneMoment(as: earlier, of: request) else { throw tx.conflict() }
            if let earlier { return (old.reservation, try earlier.matching(request, in: old.reservation), tx.now) }
            var new = old
            let refund = try new.giveBack(request, now: tx.now)
            try new.save(refund, was: old, tx)
            try ActionTable.append(call, tx)
            return (new.reservation, refund, tx.now)
        }
    }
}

/// A reservation with all its tickets, and its date.
struct SoldReservation {
    private(set) var reservation: Reservation
    private(set) var tickets: [Ticket]
    private let schedule: Schedule

    static func require(
        _ id: ReservationID, of concert: ConcertID, for owner: UserID?, _ reader: Reader
    ) throws -> SoldReservation {
        let reservation = try ReservationTable.require(id, of: concert, for: owner, reader)
        return SoldReservation(
            reservation: reservation, tickets: try TicketTable.all(of: reservation, reader),
            schedule: try ScheduleTable.require(reservation.schedule, of: concert, reader))
    }

    /// False if another call returned tickets between the reads, because on PostgreSQL each statement has its own
    /// snapshot. `earlier` is the refund of the request, which was read first.
    func isOfOneMoment(as earlier: Refund?, of request: ReturnRequest) -> Bool {
        let returned = tickets.filter { $0.state == .cancelled }
        return (reservation.state != .sold || returned.map(\.seat) == reservation.returnedSeats)
            && (earlier != nil || !returned.contains { $0.refund == request.refund })
    }

    mutating func giveBack(_ request: ReturnRequest, now: Timestamp) throws -> Refund {
        try reservation.giveBack(request, of: &tickets, on: schedule, now: now)
    }

    /// Writes in the lock order. Conflicts if another transaction has changed the reservation or a ticket.
    func save(_ refund: Refund, was old: SoldReservation, _ tx: Transaction) throws {
        try ReservationTable.save(reservation, was: old.reservation, tx)
        for (ticket, old) in zip(tickets, old.tickets) where ticket != old {
            try TicketTable.save(ticket, was: old, tx)
        }
        try SeatTable.free(refund.seats, of: reservation, tx)
        try RefundTable.insert(refund, tx)
        try EventTable.append([SaleEvent.return(refund, of: reservation, tickets)], tx)
    }
}

extension ReturnRequest.Canceller {
    init(_ call: Call) { self = call.caller?.role == .operator ? .operator : .user }
}
