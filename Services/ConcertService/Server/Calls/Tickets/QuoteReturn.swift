import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    func quoteReturn(_ request: QuoteReturnRequest, call: Call) async throws -> QuoteReturnReply {
        let seats = request.seats.isEmpty ? nil : try SeatChoice.labels(of: request.seats)
        let canceller = ReturnRequest.Canceller(call)
        let owner = canceller == .operator ? nil : try call.user
        return try await database.read(before: call.deadline) { reader in
            var sold = try SoldReservation.require(request.reservationID, of: request.concertID, for: owner, reader)
            let quote = ReturnRequest(RefundID(high: 0, low: 0), by: canceller, of: seats)
            let refund = try sold.giveBack(quote, now: reader.now)
            let lines = sold.tickets.filter { refund.seats.contains($0.seat) }.map { ticket in
                ReturnLine(
                    seat: ticket.seat.text, price: ticket.price.field, refunded: ticket.refunded.field,
                    kept: ticket.kept.field)
            }
            return QuoteReturnReply(lines: lines, total: ReturnAmount(refund))
        }
    }
}
