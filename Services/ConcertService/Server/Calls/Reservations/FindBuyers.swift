import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func findBuyers(_ request: FindBuyersRequest, call: Call) async throws -> FindBuyersReply {
        let concert = request.concertID
        return try await database.read(before: call.deadline) { reader in
            let currency = try ConcertTable.require(concert, reader).currency
            let page = try Page(of: request.pageSize) {
                try BuyerTable.all(of: concert, after: request.after, limit: $0, reader)
            }
            let reservations = try ReservationTable.find(page.items.flatMap(\.reservations), of: concert, reader)
            let sold = reservations.values.filter { $0.state == .sold }
            let tickets = try TicketTable.all(of: sold, reader)
            let valid = Dictionary(grouping: tickets.filter { $0.state != .cancelled }, by: \.user)
            let buyers = page.items.map { list in
                let own = list.reservations.compactMap { reservations[$0]?.reservedAt }
                let tickets = valid[list.user] ?? []
                return ConcertBuyer(
                    userID: list.user, reservations: UInt32(list.reservations.count), tickets: UInt32(tickets.count),
                    amount: UInt64(tickets.reduce(0) { $0 + $1.price.minorUnits }), currency: currency.code,
                    firstReservedAt: own.min(), lastReservedAt: own.max())
            }
            return FindBuyersReply(buyers: buyers, hasMore: page.hasMore)
        }
    }
}
