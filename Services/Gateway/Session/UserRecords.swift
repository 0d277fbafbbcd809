import ConcertAPI
import Kernel

/// Reservations and tickets of the signed-in user.
extension Invocation {
    /// Reservations and tickets are listed concert by concert. Without a name, only the newest concerts are queried.
    static let maximumConcerts = 100

    static let reservation = Operand("RESERVATION", ValueKind<String>.text("RESERVATION"), .optional)

    /// The reservations for one concert, or for the newest concerts. The newest reservation comes first.
    func reservations(of concert: String?) async throws(GatewayError) -> [ReservationEntry] {
        var all: [ReservationEntry] = []
        for concert in try await concertsToQuery(concert) {
            let request = ListReservationsRequest(concertID: concert.concertID)
            all += try await call(ConcertMethods.listReservations, request).reservations
        }
        return all.sorted { $0.reservedAtMs > $1.reservedAtMs }
    }

    /// The tickets for one concert, or for the newest concerts.
    func tickets(of concert: String?) async throws(GatewayError) -> [OwnTicket] {
        var all: [OwnTicket] = []
        for concert in try await concertsToQuery(concert) {
            let request = ListTicketsRequest(concertID: concert.concertID)
            let tickets = try await call(ConcertMethods.listTickets, request).tickets
            all += tickets.map { OwnTicket(ticket: $0, concert: concert) }
        }
        return all
    }

    private func concertsToQuery(_ name: String?) async throws(GatewayError) -> [ConcertEntry] {
        if let name { return [try await concert(named: name)] }
        return try await concerts().suffix(Self.maximumConcerts)
    }

    /// The reservation whose id ends in `name`. Without a name, the latest one recorded on this machine.
    func reservation(_ name: String?) async throws(GatewayError) -> ReservationEntry {
        guard let name else { return try await latestReservation() }
        let suffix = IDSuffix(name)
        let found = try await reservations(of: nil).filter { suffix.matches($0.reservationID) }
        if found.count == 1 { return found[0] }
        throw .refused(
            found.isEmpty
                ? "you have no reservation \(name). To see yours: gateway reservations"
                : "\(name) matches \(found.count) reservations. Give more digits of the id")
    }

    /// Skips reservations that were requested without an answer and were not made.
    private func latestReservation() async throws(GatewayError) -> ReservationEntry {
        for recorded in try activity().reservations.reversed() {
            if let reservation = try await reservationIfMade(recorded) { return reservation }
        }
        throw .refused("this machine has no record of a reservation. To see yours: gateway reservations")
    }

    /// Nil if the request for it got no answer and the concert service does not have it.
    func reservationIfMade(_ recorded: RecentActivity.Reservation) async throws(GatewayError) -> ReservationEntry? {
        do throws(GatewayError) {
            return try await reservation(recorded)
        } catch {
            if recorded.isOpen, error.reason == "RESERVATION_UNKNOWN" { return nil }
            throw error
        }
    }

    func reservation(_ recorded: RecentActivity.Reservation) async throws(GatewayError) -> ReservationEntry {
        let request = ShowReservationRequest(
            concertID: recorded.concert.bytes, reservationID: recorded.reservation.bytes)
        return try await call(ConcertMethods.showReservation, request).reservation ?? ReservationEntry()
    }
}

/// A ticket and its concert.
struct OwnTicket: Sendable {
    let ticket: TicketEntry
    let concert: ConcertEntry

    /// True if the ticket is valid and its date has not ended.
    func isUsable(at now: Timestamp) -> Bool {
        ticket.state == .valid && now < Timestamp(milliseconds: Int64(clamping: ticket.endsAtMs))
    }
}
