import ConcertAPI
import Kernel

/// What is the user's own, and how it is named without typing an id.
extension Invocation {
    /// Concerts are asked one by one; what is in older ones is found by naming them.
    static let concertsAsked = 100

    static let reservation = Operand("RESERVATION", ValueKind<String>.text("RESERVATION"), .optional)

    /// Of a concert, or of the newest ones.
    func reservations(of concert: String?) async throws(GatewayError) -> [ReservationEntry] {
        var all: [ReservationEntry] = []
        for concert in try await concertsToAsk(concert) {
            let request = ListReservationsRequest(concertID: concert.concertID)
            all += try await call(ConcertMethods.listReservations, request).reservations
        }
        return all.sorted { $0.reservedAtMs > $1.reservedAtMs }
    }

    func tickets(of concert: String?) async throws(GatewayError) -> [OwnTicket] {
        var all: [OwnTicket] = []
        for concert in try await concertsToAsk(concert) {
            let request = ListTicketsRequest(concertID: concert.concertID)
            let tickets = try await call(ConcertMethods.listTickets, request).tickets
            all += tickets.map { OwnTicket(ticket: $0, concert: concert) }
        }
        return all
    }

    private func concertsToAsk(_ name: String?) async throws(GatewayError) -> [ConcertEntry] {
        if let name { return [try await concert(named: name)] }
        return try await concerts().suffix(Self.concertsAsked)
    }

    /// The one that is named by its id or the end of it, or else the latest one that is remembered.
    func reservation(_ name: String?) async throws(GatewayError) -> ReservationEntry {
        guard let name else { return try await latestReservation() }
        let ending = IDEnding(name)
        let found = try await reservations(of: nil).filter { ending.ends($0.reservationID) }
        if found.count == 1 { return found[0] }
        throw .refused(
            found.isEmpty
                ? "you have no reservation \(name). To see yours: gateway reservations"
                : "\(name) may be any of \(found.count) reservations: give more of its id")
    }

    /// One that was asked for and not answered may have come to nothing; then it is the one before.
    private func latestReservation() async throws(GatewayError) -> ReservationEntry {
        for remembered in try memory().reservations.reversed() {
            if let reservation = try await reservationIfAny(remembered) { return reservation }
        }
        throw .refused("no reservation is remembered here. To see yours: gateway reservations")
    }

    /// Nil where it was asked for, and nobody knows of it.
    func reservationIfAny(_ remembered: Memory.Reservation) async throws(GatewayError) -> ReservationEntry? {
        do throws(GatewayError) {
            return try await reservation(remembered)
        } catch {
            if remembered.isOpen, error.reason == "RESERVATION_UNKNOWN" { return nil }
            throw error
        }
    }

    func reservation(_ remembered: Memory.Reservation) async throws(GatewayError) -> ReservationEntry {
        let request = ShowReservationRequest(
            concertID: remembered.concert.bytes, reservationID: remembered.reservation.bytes)
        return try await call(ConcertMethods.showReservation, request).reservation ?? ReservationEntry()
    }
}

/// A ticket, and what it is for.
struct OwnTicket: Sendable {
    let ticket: TicketEntry
    let concert: ConcertEntry

    /// Whether it still lets somebody in.
    func isUsable(at now: Timestamp) -> Bool {
        ticket.state == .valid && now < Timestamp(milliseconds: Int64(clamping: ticket.endsAtMs))
    }
}
