import ConcertAPI
import Kernel
import Service
import WalletAPI
import WalletDomain

// Conversions between domain values and messages. In this module, these names are the values of the domain, and
// `WalletAPI.Payment` is the message.
typealias Entry = WalletDomain.Entry
typealias Payment = WalletDomain.Payment

extension Balance {
    init(_ account: Account) {
        self.init(
            currency: account.currency.code, available: UInt64(clamping: account.available),
            pending: UInt64(clamping: account.pending))
    }
}

extension WalletAPI.Entry {
    init(_ entry: Entry) {
        self.init(
            serial: UInt64(clamping: entry.serial), kind: EntryKind(entry.kind), amount: entry.amount.field,
            currency: entry.amount.currency.code, available: UInt64(clamping: entry.available),
            pending: UInt64(clamping: entry.pending), paymentID: entry.payment, at: entry.at)
    }
}

extension EntryKind {
    fileprivate init(_ kind: Entry.Kind) {
        self =
            switch kind {
            case .topUp: .topUp
            case .setAside: .setAside
            case .payment: .payment
            case .release: .release
            case .refund: .refund
            }
    }
}

extension WalletAPI.Payment {
    init(_ payment: Payment, at now: Timestamp) {
        self.init(
            paymentID: payment.id, outcome: PaymentOutcome(payment.state),
            reason: payment.reason.map { NotPaidReason($0) } ?? .unspecified, concertID: payment.content?.concert,
            reservationID: payment.content?.reservation, amount: payment.content?.amount.field ?? 0,
            currency: payment.content?.amount.currency.code ?? "", isRefunded: payment.state == .refunded,
            isCancelling: payment.wantsAbort && payment.state == .reserved, begunAt: payment.begunAt,
            decidedAt: payment.decidedAt, refundedAt: payment.refundedAt,
            // The payment stays undecided until the next attempt.
            askAgain: payment.nextAttempt.map { min(max($0 - now, Attempts.shortestPause), Attempts.longestPause) }
                ?? .zero)
    }
}

extension PaymentOutcome {
    fileprivate init(_ state: Payment.State) {
        self =
            switch state {
            case .reserved: .pending
            case .posted, .refunded: .paid
            case .voided, .declined: .notPaid
            }
    }
}

extension NotPaidReason {
    fileprivate init(_ reason: Payment.Reason) {
        self =
            switch reason {
            case .noAccount: .noAccount
            case .insufficient: .insufficient
            case .cancelled: .cancelled
            case .holdExpired: .holdExpired
            case .reservationGone: .reservationGone
            case .alreadySold: .alreadySold
            case .mismatch: .mismatch
            }
    }
}

/// Reads fields of requests. A refusal names the field.
extension Currency {
    init(field code: String) throws(WalletRefusal) {
        guard let currency = Currency(code) else {
            throw .invalid("currency", "must be a code of ISO 4217 such as EUR")
        }
        self = currency
    }
}

extension Money {
    init(field minorUnits: UInt64, _ code: String) throws(WalletRefusal) {
        guard let amount = Int64(exactly: minorUnits), amount <= Payment.largestAmount else {
            throw .invalid(
                "amount",
                "must be at most \(Payment.largestAmount) in the smallest unit of the currency; got \(minorUnits)")
        }
        self.init(minorUnits: amount, try Currency(field: code))
    }

    var field: UInt64 { UInt64(clamping: minorUnits) }
}

/// The size of a page of a list.
enum PageSize {
    private static let usual = 50

    static func read(_ field: UInt32) -> Int { field == 0 ? usual : Int(field) }
}

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
