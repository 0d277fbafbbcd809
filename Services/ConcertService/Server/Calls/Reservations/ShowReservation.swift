import ConcertAPI
import Database
import RPC

extension ConcertServer {
    func showReservation(_ request: ShowReservationRequest, call: Call) async throws -> ShowReservationReply {
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            let reservation = try ReservationTable.require(
                request.reservationID, of: request.concertID, for: user, reader)
            return ShowReservationReply(reservation: .init(reservation, at: reader.now))
        }
    }
}
