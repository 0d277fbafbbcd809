import Kernel

/// A broken promise, with its number in the list of promises.
struct Breach: Error, CustomStringConvertible {
    let invariant: Int
    let what: String

    var description: String { "invariant \(invariant) is broken: \(what)" }
}

/// The promises of a payment, checked after each step. Keeps states and decisions between checks to detect forbidden
/// changes.
struct Invariants {
    private var payments: [PaymentID: WalletBooks.State] = [:]
    private var reservations: [ReservationID: ConcertBooks.State] = [:]
    /// All decisions ever seen, also those that Concert has deleted since.
    private var isConfirmed: [PaymentID: Bool] = [:]
    private var refunds: [RefundID: ConcertBooks.Refund] = [:]
    /// The answers that payers received.
    private var isPaid: [PaymentID: Bool] = [:]

    // MARK: 12, 13: for clients

    mutating func received(_ answers: [PaymentID: Bool], _ wallet: WalletBooks) throws {
        for (payment, isPaid) in answers {
            guard self.isPaid.updateValue(isPaid, forKey: payment) ?? isPaid == isPaid else {
                throw Breach(invariant: 12, what: "the payer received both PAID and NOT_PAID for \(payment)")
            }
        }
        try checkAnswers(wallet)
    }

    private func checkAnswers(_ wallet: WalletBooks) throws {
        guard !isPaid.isEmpty else { return }
        var answered = isPaid
        for payment in wallet.payments {
            guard let isPaid = answered.removeValue(forKey: payment.id) else { continue }
            let allowed = isPaid ? [.posted, .refunded] : [.voided, .declined] as [WalletBooks.State]
            guard allowed.contains(payment.state) else {
                throw Breach(
                    invariant: 13,
                    what: "the payer received \(isPaid ? "" : "NOT_")PAID for \(payment.id), which is \(payment.state)"
                )
            }
        }
        if let lost = answered.keys.first { throw Breach(invariant: 13, what: "the answered payment \(lost) is lost") }
    }

    // MARK: 1 to 3: Wallet alone

    mutating func check(_ wallet: WalletBooks) throws {
        if let violation = wallet.violations.first {
            throw Breach(invariant: violation.invariant, what: "not true: \(violation.what)")
        }
        for payment in wallet.payments {
            let old = payments.updateValue(payment.state, forKey: payment.id)
            guard old?.leads(to: payment.state) ?? true else {
                throw Breach(invariant: 6, what: "payment \(payment.id) went from \(old!) to \(payment.state)")
            }
        }
        guard payments.count == wallet.payments.count else { throw Breach(invariant: 6, what: "a payment is lost") }
        try checkAnswers(wallet)
    }

    // MARK: 4 to 6: Concert alone

    mutating func check(_ concert: ConcertBooks) throws {
        for reservation in concert.reservations.values { try check(reservation, concert) }
        guard reservations.count == concert.reservations.count else {
            throw Breach(invariant: 6, what: "a reservation is lost")
        }
        for seat in concert.seats {
            let tickets = concert.tickets(for: seat.label)
            guard tickets.map(\.reservation) == (seat.state == 2 ? [seat.holder] : []) else {
                throw Breach(
                    invariant: 4, what: "seat \(seat.label), in state \(seat.state), has \(tickets.count) valid tickets"
                )
            }
        }
        guard concert.validTickets.count == concert.seats.count(where: { $0.state == 2 }) else {
            throw Breach(invariant: 4, what: "there are valid tickets for seats that are not sold")
        }
        try checkRefunds(concert)
        try checkCancellation(concert)
        for (payment, decision) in concert.decisions {
            let old = isConfirmed.updateValue(decision.isConfirmed, forKey: payment)
            guard old ?? decision.isConfirmed == decision.isConfirmed else {
                throw Breach(invariant: 5, what: "the decision about payment \(payment) has changed")
            }
        }
        for (payment, isConfirmed) in isConfirmed where isConfirmed {
            guard concert.decisions[payment] != nil,
                concert.reservationCount(of: payment) == 1
            else {
                throw Breach(
                    invariant: 5, what: "the confirmed payment \(payment) does not have exactly one reservation")
            }
        }
    }

    private mutating func check(_ reservation: ConcertBooks.Reservation, _ concert: ConcertBooks) throws {
        let old = reservations.updateValue(reservation.state, forKey: reservation.id)
        guard old?.leads(to: reservation.state) ?? true else {
            throw Breach(invariant: 6, what: "a reservation went from \(old!) to \(reservation.state)")
        }
        let seats = concert.seats(of: reservation.id)
        let wanted =
            switch reservation.state {
            case .held: 1
            case .sold: 2
            case .released, .expired, .returned: 0
            }
        // A seat may name an expired hold until another user reserves the seat.
        let isWhole =
            wanted > 0
            ? seats.map(\.label) == reservation.seats.filter { !reservation.returnedSeats.contains($0) }.sorted()
                && seats.allSatisfy { $0.state == wanted }
            : seats.allSatisfy { $0.state == 1 && reservation.state == .expired }
        guard isWhole else {
            throw Breach(
                invariant: 4,
                what: "the seats \(reservation.seats) of a \(reservation.state) reservation have another state; only "
                    + "\(seats.map(\.label)) belong to it")
        }
        let (valid, cancelled) = (concert.tickets(of: reservation.id), concert.cancelledTickets(of: reservation.id))
        let paid = (valid + cancelled).reduce(0) { $0 + $1.price }
        let wasSold = [.sold, .returned].contains(reservation.state)
        guard paid == (wasSold ? reservation.amount : 0), valid.isEmpty == (reservation.state != .sold),
            cancelled.map(\.seat) == reservation.returnedSeats.sorted()
        else {
            throw Breach(
                invariant: 4,
                what: "the tickets of a \(reservation.state) reservation cost \(paid); \(valid.count) are valid")
        }
        if let payment = reservation.payment, concert.decisions[payment]?.isConfirmed != true {
            throw Breach(invariant: 5, what: "a reservation names payment \(payment), which was not confirmed")
        }
    }

    /// A refund is the sum of what its tickets refund. It is never deleted, and never changes but for its acknowledgement.
    private mutating func checkRefunds(_ concert: ConcertBooks) throws {
        for refund in concert.refunds {
            let old = refunds.updateValue(refund, forKey: refund.id)
            let isSame = old.map { $0.amount == refund.amount && (refund.isAcknowledged || !$0.isAcknowledged) } ?? true
            let tickets = concert.cancelledTickets(of: refund.reservation).filter { $0.refund == refund.id }
            guard isSame, tickets.reduce(0, { $0 + $1.refunded }) == refund.amount,
                tickets.reduce(0, { $0 + $1.kept }) == refund.kept
            else { throw Breach(invariant: 7, what: "refund \(refund.id) has changed, or is not that of its tickets") }
        }
        for ticket in concert.cancelledTickets {
            guard ticket.refunded + ticket.kept == ticket.price, ticket.refund.map({ refunds[$0] != nil }) ?? false
            else { throw Breach(invariant: 7, what: "a cancelled ticket of \(ticket.price) has no refund of its own") }
        }
        guard refunds.count == concert.refunds.count else { throw Breach(invariant: 7, what: "a refund is lost") }
    }

    // MARK: 14: after the cancellation of the date

    private func checkCancellation(_ concert: ConcertBooks) throws {
        guard concert.isCancellationFinished else { return }
        let held = concert.seats.count { $0.state == 1 }
        guard concert.validTickets.isEmpty, held == 0 else {
            throw Breach(
                invariant: 14,
                what:
                    "the date is cancelled, but \(concert.validTickets.count) tickets are valid and \(held) seats held")
        }
    }

    // MARK: 7 to 10: across both

    func check(_ wallet: WalletBooks, _ concert: ConcertBooks) throws {
        var open = isConfirmed.filter(\.value)
        for payment in wallet.payments {
            let isConfirmed = open.removeValue(forKey: payment.id) != nil
            let price = concert.tickets(of: payment.reservation).reduce(0) { $0 + $1.price }
            let holder = payment.reservation.flatMap { concert.reservations[$0]?.payment }
            let isHolder = holder == payment.id
            switch payment.state {
            case .reserved: break
            case .posted, .refunded:
                let paid = wallet.refunds[payment.id] ?? [:]
                let due = concert.refunds(of: payment.id).reduce(0) { paid[$1.id] == nil ? $0 + $1.amount : $0 }
                let kept = concert.cancelledTickets(of: payment.reservation).reduce(0) { $0 + $1.kept }
                guard isConfirmed, isHolder, payment.amount == price + kept + due + payment.refunded else {
                    throw Breach(
                        invariant: 7,
                        what: "payment \(payment.id) of \(payment.amount) is \(payment.state) for tickets of \(price), "
                            + "\(kept) kept, \(due) due and \(payment.refunded) refunded")
                }
                if payment.state == .refunded, price > 0 {
                    throw Breach(invariant: 10, what: "REFUNDED, but its tickets are valid: \(payment.id)")
                }
            case .voided, .declined:
                if isConfirmed { throw Breach(invariant: 9, what: "\(payment.state), but confirmed: \(payment.id)") }
            }
        }
        if let (payment, _) = open.first {
            throw Breach(invariant: 8, what: "confirmed, but Wallet does not have this payment: \(payment)")
        }
    }

    // MARK: 11: when everything is quiet

    func checkQuiet(_ wallet: WalletBooks, _ concert: ConcertBooks, at now: Timestamp) throws {
        let undecided = wallet.payments.count { $0.state == .reserved }
        let held = concert.reservations.values.count { $0.state == .held && $0.deadline > now }
        let refunds = concert.refundsDue.count
        guard undecided == 0, held == 0, refunds == 0, wallet.passesDue == 0 else {
            throw Breach(
                invariant: 11,
                what: "\(undecided) RESERVED, \(held) HELD, \(refunds) refunds and \(wallet.passesDue) passes due "
                    + "do not end")
        }
        let isPaid = { [.posted, .refunded].contains($0) } as (WalletBooks.State) -> Bool
        let posted = wallet.payments.reduce(0) { isPaid($1.state) ? $0 + $1.amount - $1.refunded : $0 }
        let sold = concert.validTickets.reduce(0) { $0 + $1.price }
        let kept = concert.cancelledTickets.reduce(0) { $0 + $1.kept }
        guard posted == sold + kept else {
            throw Breach(invariant: 11, what: "\(posted) paid, but tickets for \(sold), and \(kept) kept")
        }
    }
}

extension WalletBooks.State {
    /// True if the table of states leads to `next`, in any number of steps.
    fileprivate func leads(to next: WalletBooks.State) -> Bool {
        switch self {
        case .reserved: next != .declined
        case .posted: next == .posted || next == .refunded
        case .voided, .declined, .refunded: next == self
        }
    }
}

extension ConcertBooks.State {
    fileprivate func leads(to next: ConcertBooks.State) -> Bool {
        switch self {
        case .held: true
        case .sold: next == .sold || next == .returned
        case .released, .expired, .returned: next == self
        }
    }
}
