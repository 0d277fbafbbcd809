import ConcertDomain
import Kernel
import RPC
import Service

/// The events of this service. The version of a reservation's event is 1 for the sale, and then grows with the number of
/// returned tickets. That of a date's event is the version of the date.
extension SaleEvent {
    /// Nil if the reservation is not sold.
    static func sale(of reservation: Reservation) -> SaleEvent? {
        guard reservation.state == .sold, let soldAt = reservation.soldAt else { return nil }
        return SaleEvent(
            kind: .sale, at: soldAt, version: 1, concertID: reservation.concert, scheduleID: reservation.schedule,
            reservationID: reservation.id, userID: reservation.user, paymentID: reservation.payment,
            amount: reservation.amount.field, currency: reservation.amount.currency.code,
            seats: reservation.seats.map(\.text))
    }

    /// `tickets` are those of the reservation after the return.
    static func `return`(_ refund: Refund, of reservation: Reservation, _ tickets: [Ticket]) -> SaleEvent {
        SaleEvent(
            kind: .return, at: refund.dueSince, version: 1 + UInt64(tickets.count { $0.state == .cancelled }),
            concertID: refund.concert, scheduleID: reservation.schedule, reservationID: refund.reservation,
            userID: refund.user, paymentID: refund.payment, refundID: refund.id, amount: refund.amount.field,
            currency: refund.amount.currency.code, seats: refund.seats.map(\.text), reason: refund.reason)
    }

    static func moved(_ schedule: Schedule, now: Timestamp) -> SaleEvent {
        SaleEvent(
            kind: .dateMoved, at: now, version: UInt64(clamping: schedule.version), concertID: schedule.concert,
            scheduleID: schedule.id, reason: schedule.move?.reason ?? "", startsAt: schedule.settings.startsAt,
            endsAt: schedule.settings.endsAt)
    }

    /// The last event of a date, because a cancelled one does not change again.
    static func cancelled(_ schedule: Schedule, now: Timestamp) -> SaleEvent {
        SaleEvent(
            kind: .dateCancelled, at: now, version: UInt64(clamping: schedule.version),
            concertID: schedule.concert, scheduleID: schedule.id, reason: schedule.cancellation?.reason ?? "")
    }
}
