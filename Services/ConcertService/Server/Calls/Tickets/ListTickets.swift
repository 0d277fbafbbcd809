import ConcertAPI
import ConcertDomain
import Database
import RPC

extension ConcertServer {
    func listTickets(_ request: ListTicketsRequest, call: Call) async throws -> ListTicketsReply {
        let concert = request.concertID
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            let ids = try BuyerTable.reservations(of: user, in: concert, reader)
            let tickets = try ReservationTable.require(ids, of: concert, reader).filter { $0.soldAt != nil }
                .flatMap { try TicketTable.all(of: $0, reader) }
            let schedules = try ScheduleTable.require(tickets.map(\.schedule), of: concert, reader)
            let shown = tickets.compactMap { ticket in
                schedules[ticket.schedule].map { (seat: ticket.seat.parts, ticket: ConcertAPI.Ticket(ticket, on: $0)) }
            }
            let sorted = shown.sorted { a, b in
                let (aStart, bStart) = (a.ticket.startsAt, b.ticket.startsAt)
                return aStart == bStart ? a.seat < b.seat : aStart < bStart
            }
            return ListTicketsReply(tickets: sorted.map(\.ticket))
        }
    }
}
