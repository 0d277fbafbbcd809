import ConcertAPI
import Database
import RPC

extension ConcertServer {
    func listReservations(_ request: ListReservationsRequest, call: Call) async throws -> ListReservationsReply {
        let concert = request.concertID
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            let ids = try BuyerTable.reservations(of: user, in: concert, reader)
            let reservations = try ReservationTable.require(ids.reversed(), of: concert, reader)
            return ListReservationsReply(reservations: reservations.map { .init($0, at: reader.now) })
        }
    }
}
