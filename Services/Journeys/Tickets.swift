import ConcertAPI
import Kernel

/// A ticket and its concert.
package struct OwnTicket: Sendable {
    package var ticket: Ticket
    package let concert: Concert

    package init(ticket: Ticket, concert: Concert) {
        self.ticket = ticket
        self.concert = concert
    }

    /// True if the ticket is valid and its date has not ended.
    package func isUsable(at now: Timestamp) -> Bool {
        ticket.state == .valid && now < ticket.endsAt
    }
}

/// Finds the caller's tickets.
package struct Tickets: Sendable {
    /// The most that the service returns at once.
    private static let pageSize: UInt32 = 500

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// The tickets for one concert, or for the newest concerts.
    package func all(of concert: String?) async throws -> [OwnTicket] {
        var all: [OwnTicket] = []
        for concert in try await Catalogue(caller).concerts(toQuery: concert) {
            let request = ListTicketsRequest(concertID: concert.concertID)
            let tickets = try await caller.call(ConcertMethods.listTickets, request).tickets
            all += tickets.map { OwnTicket(ticket: $0, concert: concert) }
        }
        return all
    }

    /// The ticket with this seat, or whose id ends in this text.
    package func ticket(named name: String) async throws -> OwnTicket {
        let suffix = IDSuffix(name)
        let found = try await all(of: nil).filter { $0.ticket.seat == name || suffix.matches($0.ticket.ticketID) }
        // A seat that was returned and bought again has several tickets. One of them is valid.
        let valid = found.filter { $0.ticket.state == .valid }
        return try (valid.count == 1 ? valid : found).onlyOne(.ticket, name)
    }

    /// For operators: the ticket of any user whose id ends in this text. Reads the tickets of the concert.
    package func ticket(endingIn name: String, of concert: Concert) async throws -> Ticket {
        let suffix = IDSuffix(name)
        var found: [Ticket] = []
        var last: TicketID?
        repeat {
            let request = FindTicketsRequest(concertID: concert.concertID, after: last, pageSize: Self.pageSize)
            let page = try await caller.call(ConcertMethods.findTickets, request)
            found += page.tickets.filter { suffix.matches($0.ticketID) }
            last = page.hasMore ? page.lastTicketID : nil
        } while last != nil && found.count < 2
        return try found.onlyOne(.ticket, name)
    }

    /// All valid tickets. Throws if there are none.
    package func valid() async throws -> [OwnTicket] {
        let valid = try await all(of: nil).filter { $0.ticket.state == .valid }
        if valid.isEmpty { throw JourneyError.noneOf(.ticket) }
        return valid
    }

    /// The current state of a ticket, and its code for the gate.
    package func show(_ own: OwnTicket) async throws -> (own: OwnTicket, code: String) {
        let request = ShowTicketRequest(concertID: own.ticket.concertID, ticketID: own.ticket.ticketID)
        let reply = try await caller.call(ConcertMethods.showTicket, request)
        return (OwnTicket(ticket: reply.ticket, concert: own.concert), reply.code)
    }
}
