import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    /// Reads the history from the rows of the reservations, which contain all times and reasons.
    func showSeatHistory(_ request: ShowSeatHistoryRequest, call: Call) async throws -> ShowSeatHistoryReply {
        let label = try SeatLabel(field: request.seat)
        return try await database.scan(before: call.deadline) { [self] reader in
            let schedule = try ScheduleTable.require(request.scheduleID, of: request.concertID, reader)
            guard let seat = try SeatTable.find(label, of: schedule, reader) else {
                throw ConcertRefusal.seatUnknown(label)
            }
            let claim = seat.claim(at: reader.now)
            let reason = if case .blocked(let reason) = claim { reason } else { "" }
            let claims = try ReservationTable.containing(label, of: schedule, reader).map { reservation in
                SeatClaim(
                    userID: reservation.user, reservation: .init(reservation, at: reader.now),
                    returnReason: reservation.returnReason,
                    returnedAt: try returnTime(of: label, in: reservation, reader))
            }
            let times = try SeatTable.times(of: label, of: schedule, reader)
            return ShowSeatHistoryReply(
                state: SeatState(claim), blockedReason: reason, grade: seat.grade, price: UInt64(seat.price),
                claims: claims, createdAt: times.added,
                updatedAt: ([times.changed] + claims.map(\.reservation.updatedAt)).compactMap { $0 }.max())
        }
    }

    /// The time at which the seat of the reservation was returned. The ticket has it. Nil if it was not returned.
    private func returnTime(
        of seat: SeatLabel, in reservation: Reservation, _ reader: Reader
    ) throws -> Timestamp? {
        guard reservation.returnedSeats.contains(seat) else { return nil }
        return try TicketTable.all(of: reservation, reader).first { $0.seat == seat }?.cancelledAt
    }
}
