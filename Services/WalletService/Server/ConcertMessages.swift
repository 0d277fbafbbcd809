import ConcertAPI
import Kernel
import WalletDomain

/// Converts messages of Concert to values of the domain. Nil if a message cannot be read.
extension Decision {
    init?(_ entry: DecisionEntry) {
        switch entry.outcome {
        case .confirmed:
            guard let reservation = ReservationID(bytes: entry.reservationID),
                let amount = Money(answered: entry.amount, entry.currency)
            else { return nil }
            let place = RoomID(bytes: entry.roomID).flatMap { room in
                PlaceID(bytes: entry.placeID).map { Payment.Place(room: room, place: $0) }
            }
            self = .confirmed(reservation, amount, place)
        case .aborted:
            guard let reason = Payment.Reason(entry.reason) else { return nil }
            self = .aborted(reason)
        case .unspecified, .unrecognized: return nil
        }
    }
}

extension Payment.Reason {
    fileprivate init?(_ reason: AbortReason) {
        switch reason {
        case .holdExpired: self = .holdExpired
        case .gone: self = .reservationGone
        case .alreadySold: self = .alreadySold
        case .mismatch: self = .mismatch
        case .requested: self = .cancelled
        case .unspecified, .unrecognized: return nil
        }
    }
}

extension RefundDue {
    init?(_ entry: RefundEntry) {
        guard let id = RefundID(bytes: entry.refundID), let concert = ConcertID(bytes: entry.concertID),
            let reservation = ReservationID(bytes: entry.reservationID), let user = UserID(bytes: entry.userID),
            let payment = PaymentID(bytes: entry.paymentID), let amount = Money(answered: entry.amount, entry.currency)
        else { return nil }
        self.init(id, concert: concert, reservation: reservation, user: user, payment: payment, amount: amount)
    }
}

extension Money {
    fileprivate init?(answered minorUnits: UInt64, _ code: String) {
        guard let amount = Int64(exactly: minorUnits), let currency = Currency(code) else { return nil }
        self.init(minorUnits: amount, currency)
    }
}
