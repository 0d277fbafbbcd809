import ConcertAPI
import ConcertDomain
import Database
import RPC

extension ConcertServer {
    func releaseReservation(_ request: ReleaseReservationRequest, call: Call) async throws -> ReleaseReservationReply {
        let user = try call.user
        return try await database.transaction(before: call.deadline) { tx in
            let old = try ReservationTable.require(request.reservationID, of: request.concertID, for: user, tx)
            var reservation = old
            if try reservation.release(now: tx.now) {
                try ReservationTable.save(reservation, was: old, tx)
                try SeatTable.free(reservation, tx)
            }
            return ReleaseReservationReply(reservation: .init(reservation, at: tx.now))
        }
    }
}
