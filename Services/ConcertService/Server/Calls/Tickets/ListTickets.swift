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
            let sorted = tickets.sorted { a, b in
                a.startsAt == b.startsAt ? a.seat.parts < b.seat.parts : a.startsAt < b.startsAt
            }
            return ListTicketsReply(tickets: sorted.map { .init($0) })
        }
    }
}
