import ConcertAPI
import Kernel
import RPC
import WalletAPI

// Messages for tests in which most fields do not matter.

extension Reservation {
    package init(id: ReservationID = .numbered(1), state: ReservationState = .held, seats: [String] = []) {
        self.init(
            reservationID: id, concertID: .numbered(2), scheduleID: .numbered(3), state: state, seats: seats,
            reservedAt: .noon, deadline: .noon + .minutes(5))
    }
}

extension Ticket {
    package init(state: TicketState, seat: String, grade: String = "", endsAt: Timestamp = .noon) {
        self.init(
            ticketID: .numbered(4), concertID: .numbered(2), scheduleID: .numbered(3), reservationID: .numbered(1),
            state: state, seat: seat, grade: grade, startsAt: endsAt - .hours(2), endsAt: endsAt, issuedAt: .noon)
    }
}

extension Payment {
    package init(
        outcome: PaymentOutcome, reason: NotPaidReason = .unspecified, isRefunded: Bool = false,
        isCancelling: Bool = false
    ) {
        self.init(
            paymentID: .numbered(5), outcome: outcome, reason: reason, isRefunded: isRefunded,
            isCancelling: isCancelling)
    }
}

extension Method {
    /// The same method with a request whose first fields are ids of any length.
    package var withRawIDs: Method<RawIDs, Reply> {
        Method<RawIDs, Reply>(
            description.name, isSafeToRepeat: description.isSafeToRepeat, isReadOnly: description.isReadOnly,
            callers: description.callers,
            duties: description.duties)
    }
}
