import ConcertAPI
import Journeys
import Kernel

extension OwnTicket {
    var json: JSON {
        .object([
            "ticketId": .id(ticket.ticketID), "code": .string(IDSuffix.text(of: ticket.ticketID)),
            "concert": .string(concert.name), "concertId": .id(ticket.concertID),
            "scheduleId": .id(ticket.scheduleID), "reservationId": .id(ticket.reservationID),
            "state": .name(of: ticket.state), "seat": .string(ticket.seat), "grade": .string(ticket.grade),
            "price": Money.json(ticket.price, ticket.currency), "startsAt": .time(ticket.startsAtMs),
            "endsAt": .time(ticket.endsAtMs), "issuedAt": .time(ticket.issuedAtMs), "usedAt": .time(ticket.usedAtMs),
            "cancelledAt": .time(ticket.cancelledAtMs),
        ])
    }

    func text(_ run: Invocation) -> String {
        let state =
            switch ticket.state {
            case .valid: "Valid for one person, once."
            case .used: "Used on \(run.localTime(ticket.usedAtMs))."
            case .cancelled: "Cancelled on \(run.localTime(ticket.cancelledAtMs))."
            case .unspecified, .unrecognized: "\(ticket.state)"
            }
        return """
            \(concert.title.printable)
            \(run.localTime(ticket.startsAtMs))
            Seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(Money.text(ticket.price, ticket.currency))
            \(state)
            """
    }
}
