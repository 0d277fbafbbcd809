import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    /// Returns a sold reservation and records the refund due. The decision about the payment does not change.
    func cancelReservation(_ request: CancelReservationRequest, call: Call) async throws -> CancelReservationReply {
        let concert = request.concertID
        let refund = RefundID(of: try call.requestID)
        let isOperator = call.caller?.role == .operator
        let owner = isOperator ? nil : try call.user
        return try await database.transaction(before: call.deadline) { tx in
            let old = try ReservationTable.require(request.reservationID, of: concert, for: owner, tx)
            let schedule = try ScheduleTable.require(old.schedule, of: concert, tx)
            let oldTickets = try TicketTable.all(of: old, tx)
            // On PostgreSQL each statement has its own snapshot, so another call may have cancelled between the two
            // reads.
            let wasCancelled = oldTickets.contains { $0.state == .cancelled }
            guard old.state != .sold || !wasCancelled else { throw tx.conflict() }
            var (reservation, tickets) = (old, oldTickets)
            let isNew = try reservation.cancel(
                &tickets, by: isOperator ? .operator : .user, refund: refund, reason: request.reason,
                until: schedule.settings.cancelUntil, now: tx.now)
            if isNew {
                try ReservationTable.save(reservation, was: old, tx)
                for (ticket, old) in zip(tickets, oldTickets) { try TicketTable.save(ticket, was: old, tx) }
                try SeatTable.free(reservation, tx)
                let due = try RefundTable.Refund(refund, of: reservation, now: tx.now)
                guard try RefundTable.insert(due, tx) else { throw ConcertRefusal.requestIDReused }
                try ActionTable.append(call, tx)
            }
            return CancelReservationReply(reservation: .init(reservation, at: tx.now), refundID: refund)
        }
    }
}

extension RefundTable.Refund {
    fileprivate init(_ id: RefundID, of reservation: Reservation, now: Timestamp) throws {
        guard let payment = reservation.payment else {
            throw BrokenInvariant("reservation \(reservation.id) is sold but has no payment")
        }
        self.init(
            id: id, concert: reservation.concert, payment: payment, reservation: reservation.id,
            user: reservation.user, amount: reservation.amount, reason: reservation.returnReason, dueSince: now)
    }
}
