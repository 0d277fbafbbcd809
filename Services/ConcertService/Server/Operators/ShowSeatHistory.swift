import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    /// Read from the rows of the reservations: they have the times and the reasons, so nobody has to write a history.
    func showSeatHistory(_ request: ShowSeatHistoryRequest, call: Call) async throws -> ShowSeatHistoryReply {
        let key = try ScheduleKey(request.concertID, request.scheduleID)
        guard let label = SeatLabel(request.seat) else {
            throw ConcertRefusal.invalid("seat", "is named as A-12-7, 12-7 or 7; got “\(Excerpt.of(request.seat))”")
        }
        return try await database.scan(before: call.deadline) { reader in
            let schedule = try ScheduleTable.known(key.schedule, of: key.concert, reader)
            guard let seat = try SeatTable.find(label, of: schedule, reader) else {
                throw ConcertRefusal.seatUnknown(label)
            }
            let claim = seat.claim(at: reader.now)
            let reason = if case .blocked(let reason) = claim { reason } else { "" }
            let claims = try ReservationTable.naming(label, of: schedule, reader).map { reservation in
                SeatClaim(
                    userID: reservation.user.bytes, reservation: ReservationEntry(reservation, at: reader.now),
                    returnReason: reservation.returnReason)
            }
            return ShowSeatHistoryReply(
                state: SeatState(claim), blockedReason: reason, grade: seat.grade, price: UInt64(seat.price),
                claims: claims)
        }
    }
}
