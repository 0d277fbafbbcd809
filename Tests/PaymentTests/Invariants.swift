import Kernel

/// A promise that was broken, by its number in the list of promises.
struct Breach: Error, CustomStringConvertible {
    let invariant: Int
    let what: String

    var description: String { "invariant \(invariant) is broken: \(what)" }
}

/// The promises of a payment, looked at after each step. What may never change is remembered from one look to the next.
struct Invariants {
    private var payments: [PaymentID: WalletBooks.State] = [:]
    private var reservations: [ReservationID: ConcertBooks.State] = [:]
    /// Also those that Concert has forgotten since.
    private var isConfirmed: [PaymentID: Bool] = [:]
    /// What payers were told.
    private var isPaid: [PaymentID: Bool] = [:]

    // MARK: 12, 13: for clients

    mutating func heard(_ answers: [PaymentID: Bool], _ wallet: WalletBooks) throws {
        for (payment, isPaid) in answers {
            guard self.isPaid.updateValue(isPaid, forKey: payment) ?? isPaid == isPaid else {
                throw Breach(invariant: 12, what: "payer was told both PAID and NOT_PAID of \(payment)")
            }
        }
        try checkAnswers(wallet)
    }

    private func checkAnswers(_ wallet: WalletBooks) throws {
        guard !isPaid.isEmpty else { return }
        var told = isPaid
        for payment in wallet.payments {
            guard let isPaid = told.removeValue(forKey: payment.id) else { continue }
            let fits = isPaid ? [.posted, .refunded] : [.voided, .declined] as [WalletBooks.State]
            guard fits.contains(payment.state) else {
                throw Breach(
                    invariant: 13, what: "payer was told \(isPaid ? "" : "NOT_")PAID of \(payment.id): \(payment.state)"
                )
            }
        }
        if let lost = told.keys.first { throw Breach(invariant: 13, what: "answered payment \(lost) is gone") }
    }

    // MARK: 1 to 3: Wallet by itself

    mutating func check(_ wallet: WalletBooks) throws {
        if let misfit = wallet.misfits.first { throw Breach(invariant: misfit.invariant, what: misfit.what) }
        for payment in wallet.payments {
            let old = payments.updateValue(payment.state, forKey: payment.id)
            guard old?.leads(to: payment.state) ?? true else {
                throw Breach(invariant: 6, what: "payment \(payment.id) went from \(old!) to \(payment.state)")
            }
        }
        guard payments.count == wallet.payments.count else { throw Breach(invariant: 6, what: "a payment is gone") }
        try checkAnswers(wallet)
    }

    // MARK: 4 to 6: Concert by itself

    mutating func check(_ concert: ConcertBooks) throws {
        for reservation in concert.reservations.values { try check(reservation, concert) }
        guard reservations.count == concert.reservations.count else {
            throw Breach(invariant: 6, what: "a reservation is gone")
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
        for (payment, decision) in concert.decisions {
            let old = isConfirmed.updateValue(decision.isConfirmed, forKey: payment)
            guard old ?? decision.isConfirmed == decision.isConfirmed else {
                throw Breach(invariant: 5, what: "the decision about payment \(payment) has changed")
            }
        }
        for (payment, isConfirmed) in isConfirmed where isConfirmed {
            guard concert.decisions[payment] != nil,
                concert.reservationCount(of: payment) == 1
            else { throw Breach(invariant: 5, what: "not one reservation names the confirmed payment \(payment)") }
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
        // Where a hold has expired, a seat may name it until somebody else wants it.
        let isWhole =
            wanted > 0
            ? seats.map(\.label) == reservation.seats.sorted() && seats.allSatisfy { $0.state == wanted }
            : seats.allSatisfy { $0.state == 1 && reservation.state == .expired }
        guard isWhole else {
            throw Breach(
                invariant: 4, what: "of a \(reservation.state) reservation only \(seats.map(\.label)) are as it is")
        }
        let paid = concert.tickets(of: reservation.id).reduce(0) { $0 + $1.price }
        guard paid == (reservation.state == .sold ? reservation.amount : 0) else {
            throw Breach(invariant: 4, what: "the valid tickets of a \(reservation.state) reservation cost \(paid)")
        }
        if let payment = reservation.payment, concert.decisions[payment]?.isConfirmed != true {
            throw Breach(invariant: 5, what: "a reservation names payment \(payment), which was not confirmed")
        }
    }

    // MARK: 7 to 10: across both

    func check(_ wallet: WalletBooks, _ concert: ConcertBooks) throws {
        var open = isConfirmed.filter(\.value)
        for payment in wallet.payments {
            let isConfirmed = open.removeValue(forKey: payment.id) != nil
            let tickets = concert.tickets(of: payment.reservation)
            let holder = payment.reservation.flatMap { concert.reservations[$0]?.payment }
            let isHolder = holder == payment.id
            switch payment.state {
            case .reserved: break
            case .posted:
                guard isConfirmed, isHolder, !tickets.isEmpty || concert.refundsDue.contains(payment.id) else {
                    throw Breach(
                        invariant: 7, what: "POSTED, and neither valid tickets nor a refund due: \(payment.id)")
                }
            case .voided, .declined:
                if isConfirmed { throw Breach(invariant: 9, what: "\(payment.state), and confirmed: \(payment.id)") }
            case .refunded:
                if isHolder, !tickets.isEmpty {
                    throw Breach(invariant: 10, what: "REFUNDED, and its tickets are valid: \(payment.id)")
                }
            }
        }
        if let (payment, _) = open.first {
            throw Breach(invariant: 8, what: "confirmed, and Wallet has no such payment: \(payment)")
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
                    + "do not come to an end")
        }
        let posted = wallet.payments.reduce(0) { $1.state == .posted ? $0 + $1.amount : $0 }
        let sold = concert.validTickets.reduce(0) { $0 + $1.price }
        guard posted == sold else { throw Breach(invariant: 11, what: "\(posted) posted, tickets for \(sold)") }
    }
}

extension WalletBooks.State {
    /// Whether the table leads there, in however many steps.
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
