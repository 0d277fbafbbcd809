import ConcertAPI
import ConcertDomain
import Database
import RPC

extension ConcertServer {
    func findTickets(_ request: FindTicketsRequest, call: Call) async throws -> FindTicketsReply {
        let state = try Ticket.State(request.state)
        return try await database.read(before: call.deadline) { reader in
            _ = try ConcertTable.require(request.concertID, reader)
            if let schedule = request.scheduleID {
                _ = try ScheduleTable.require(schedule, of: request.concertID, reader)
            }
            let page = FilteredPage(
                after: request.after, size: request.pageSize, isFiltered: state != nil || request.scheduleID != nil)
            let examined =
                try Self.candidates(request, reader)
                ?? TicketTable.all(in: request.concertID, after: request.after, limit: page.limit, reader)
            let result = page.rows(among: examined, \.id) { ticket in
                (state == nil || ticket.state == state)
                    && (request.scheduleID == nil || ticket.schedule == request.scheduleID)
            }
            let schedules = try ScheduleTable.require(result.found.map(\.schedule), of: request.concertID, reader)
            let shown = result.found.compactMap { ticket in
                schedules[ticket.schedule].map { ConcertAPI.Ticket(ticket, on: $0) }
            }
            return FindTicketsReply(
                tickets: shown, hasMore: result.hasMore, lastTicketID: result.last)
        }
    }

    /// The tickets that the given keys leave, by id. Nil without a key.
    private static func candidates(_ request: FindTicketsRequest, _ reader: Reader) throws -> [Ticket]? {
        if let id = request.ticketID {
            let ticket = try TicketTable.require(id, of: request.concertID, reader)
            return request.reservationID ?? ticket.reservation == ticket.reservation ? [ticket] : []
        }
        guard let id = request.reservationID else { return nil }
        let reservation = try ReservationTable.require(id, of: request.concertID, for: nil, reader)
        return try TicketTable.all(of: reservation, reader).sorted { $0.id < $1.id }
    }
}
