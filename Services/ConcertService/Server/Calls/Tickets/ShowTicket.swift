import ConcertAPI
import ConcertDomain
import Database
import Identity
import RPC

extension ConcertServer {
    func showTicket(_ request: ShowTicketRequest, call: Call) async throws -> ShowTicketReply {
        let user = try call.user
        let (ticket, schedule) = try await database.read(before: call.deadline) { reader in
            guard let ticket = try TicketTable.find(request.ticketID, of: request.concertID, reader),
                ticket.user == user
            else {
                throw ConcertRefusal.because(.ticketUnknown)
            }
            return (ticket, try ScheduleTable.require(ticket.schedule, of: ticket.concert, reader))
        }
        let shown = ConcertAPI.Ticket(ticket, on: schedule)
        let code = TicketCode(
            concert: ticket.concert, ticket: ticket.id, startsAt: shown.startsAt, seat: ticket.seat.text)
        return ShowTicketReply(ticket: shown, code: ticket.state == .valid ? signer.sign(code) : "")
    }
}
