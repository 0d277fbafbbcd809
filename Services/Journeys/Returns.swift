import ConcertAPI
import RPC

/// Returns bought seats: a whole reservation, or some of its tickets.
package struct Returns: Sendable {
    /// What is returned. Without seats: all tickets that are left.
    package struct Choice: Sendable {
        package let reservation: Reservation
        package let seats: [String]

        package init(reservation: Reservation, seats: [String]) {
            self.reservation = reservation
            self.seats = seats
        }
    }

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// Finds one reservation by the end of its id, or tickets of one reservation by their seats or the ends of their ids.
    /// Without names, returns the latest reservation.
    package func choice(_ names: [String]) async throws -> Choice {
        let reservations = Reservations(caller)
        guard names.count == 1 else { return try await tickets(names) }
        do {
            return Choice(reservation: try await reservations.reservation(names[0]), seats: [])
        } catch JourneyError.unknown(.reservation, let name) {
            do {
                return try await tickets(names)
            } catch JourneyError.unknown(.ticket, _) {
                throw JourneyError.unknown(.reservation, name)
            }
        }
    }

    /// For operators: tickets of the reservation of any user whose id ends in `code`, named by their seats. Nil
    /// if the concert has no such reservation.
    package func choice(_ code: String, seats: [String], of concert: Concert) async throws -> Choice? {
        let found = try await Reservations(caller).find(
            FindReservationsRequest(concertID: concert.concertID), withCode: code, upTo: 2)
        return found.isEmpty ? nil : Choice(reservation: try found.onlyOne(.reservation, code), seats: seats)
    }

    private func tickets(_ names: [String]) async throws -> Choice {
        let reservations = Reservations(caller)
        guard !names.isEmpty else { return Choice(reservation: try await reservations.reservation(nil), seats: []) }
        let tickets = Tickets(caller)
        var found: [OwnTicket] = []
        for name in names { found.append(try await tickets.ticket(named: name)) }
        guard let first = found.first?.ticket, found.allSatisfy({ $0.ticket.reservationID == first.reservationID })
        else { throw JourneyError.severalReservations }
        let recorded = RecentActivity.Reservation(concert: first.concertID, reservation: first.reservationID)
        return Choice(reservation: try await reservations.reservation(recorded), seats: found.map(\.ticket.seat))
    }

    /// What the return would refund and keep now.
    package func quote(_ choice: Choice) async throws -> QuoteReturnReply {
        try await caller.call(
            ConcertMethods.quoteReturn,
            QuoteReturnRequest(
                concertID: choice.reservation.concertID, reservationID: choice.reservation.reservationID,
                seats: choice.seats))
    }

    /// Returns the seats for at least `least`.
    package func giveBack(
        _ choice: Choice, least: UInt64, reason: String
    ) async throws -> (reservation: Reservation, refund: Refund?) {
        let (concert, id) = (choice.reservation.concertID, choice.reservation.reservationID)
        if choice.seats.isEmpty {
            let reply = try await caller.call(
                ConcertMethods.cancelReservation,
                CancelReservationRequest(concertID: concert, reservationID: id, reason: reason, leastAmount: least),
                requestID: caller.newRequestID())
            return (reply.reservation, reply.refund)
        }
        let reply = try await caller.call(
            ConcertMethods.cancelTickets,
            CancelTicketsRequest(
                concertID: concert, reservationID: id, seats: choice.seats, leastAmount: least, reason: reason),
            requestID: caller.newRequestID())
        return (reply.reservation, reply.refund)
    }
}
