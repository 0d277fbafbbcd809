import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func showReservation(_ request: ShowReservationRequest, call: Call) async throws -> ShowReservationReply {
        let concert = try ConcertID(field: request.concertID, "concert_id")
        let id = try ReservationID(field: request.reservationID, "reservation_id")
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            let reservation = try ReservationTable.require(id, of: concert, for: user, reader)
            return ShowReservationReply(reservation: ReservationEntry(reservation, at: reader.now))
        }
    }
}
