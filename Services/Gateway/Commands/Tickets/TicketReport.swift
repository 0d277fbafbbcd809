import ConcertAPI
import Journeys
import Kernel

/// A ticket as JSON and as text.
struct TicketReport {
    let own: OwnTicket
    var ticket: TicketEntry { own.ticket }

    var json: JSON {
        .object(members)
    }

    func json(code: String) -> JSON {
        .object(members + [("ticketCode", .string(code))])
    }

    private var members: [(name: String, value: JSON)] {
        guard
            case .object(let members) = JSON.object([
                "ticketId": .id(ticket.ticketID), "code": .string(IDSuffix.text(of: ticket.ticketID)),
                "concert": .string(own.concert.name), "concertId": .id(ticket.concertID),
                "scheduleId": .id(ticket.scheduleID), "reservationId": .id(ticket.reservationID),
                "state": .name(of: ticket.state), "seat": .string(ticket.seat), "grade": .string(ticket.grade),
                "price": Money.json(ticket.price, ticket.currency), "startsAt": .time(ticket.startsAtMs),
                "endsAt": .time(ticket.endsAtMs), "issuedAt": .time(ticket.issuedAtMs),
                "usedAt": .time(ticket.usedAtMs), "cancelledAt": .time(ticket.cancelledAtMs),
            ])
        else { return [] }
        return members
    }

    func text(_ localTime: (UInt64) -> String) -> String {
        """
        \(own.concert.title.printable)
        \(localTime(ticket.startsAtMs))
        Seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(Money.text(ticket.price, ticket.currency))
        \(state(localTime))
        """
    }

    private func state(_ localTime: (UInt64) -> String) -> String {
        switch ticket.state {
        case .valid: "Valid for one person, once."
        case .used: "Used on \(localTime(ticket.usedAtMs))."
        case .cancelled: "Cancelled on \(localTime(ticket.cancelledAtMs))."
        case .unspecified, .unrecognized: "\(ticket.state)"
        }
    }
}
