import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func releaseReservation(
        _ request: ReleaseReservationRequest, call: Call
    ) async throws -> ReleaseReservationReply {
        let concert = try ConcertID(field: request.concertID, "concert_id")
        let id = try ReservationID(field: request.reservationID, "reservation_id")
        let user = try call.user
        let entry = try await database.transaction(before: call.deadline) { tx in
            let old = try ReservationTable.require(id, of: concert, for: user, tx)
            var reservation = old
            if try reservation.release(now: tx.now) {
                try ReservationTable.save(reservation, was: old, tx)
                try SeatTable.free(reservation, tx)
            }
            return ReservationEntry(reservation, at: tx.now)
        }
        return ReleaseReservationReply(reservation: entry)
    }
}
