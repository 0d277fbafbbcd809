import ConcertAPI
import Kernel
import WalletAPI

/// A payment, and the seats that it bought. The seats are empty if the payment is not PAID, or if the concert service did
/// not answer in time.
package struct PaidReservation: Sendable {
    package let payment: Payment
    package let seats: [PaidSeat]
}

/// Pays for a reservation at most once, whatever fails on the way, and finds the caller's payments.
package struct Payments: Sendable {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(2)
    package static let maximumSearched = 500

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// The reservation to pay for: the named one, that of a payment without an outcome, or the latest one.
    package func reservationToPay(_ name: String?) async throws -> Reservation {
        let begun = try caller.records.load().payments.last(where: \.isOpen)
        if name == nil, let begun {
            return try await Reservations(caller).reservation(
                .init(concert: begun.concert, reservation: begun.reservation))
        }
        return try await Reservations(caller).reservation(name)
    }

    /// The payment that is PAID. Throws if it is not, or not yet.
    ///
    /// Its id is recorded before it is sent, so a retry after a crash sends the same payment. A sold reservation
    /// returns the payment that bought it.
    package func pay(_ reservation: Reservation) async throws -> PaidReservation {
        let recorded = RecentActivity.Reservation(reservation)
        let isBegun = try caller.records.load().payments.contains {
            $0.isOpen && $0.reservation == recorded.reservation
        }
        guard isBegun || reservation.state == .held || reservation.state == .sold else {
            throw JourneyError.nothingToPay(reservation)
        }
        // A sold reservation has a payment. Sending it again returns the same outcome.
        let new = reservation.paymentID ?? .make(at: caller.clock.now)
        let id = try caller.records.update { try $0.payment(for: recorded, orBegin: new) }
        let paid = try await decided(id, reservation)
        guard paid.payment.outcome == .paid else {
            throw JourneyError.notPaid(paid.payment, await Wallet(caller).shortfall(of: paid.payment))
        }
        return paid
    }

    /// Sends the payment until it is decided, or until the time-out.
    private func decided(_ id: PaymentID, _ reservation: Reservation) async throws -> PaidReservation {
        let request = PayRequest(
            paymentID: id, concertID: reservation.concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        let end = caller.clock.uptime + caller.timeout
        while true {
            var pause = Self.shortestPause
            var problem: CallFailure?
            do {
                let reply = try await caller.call(WalletMethods.pay, request, requestID: RequestID(of: id))
                if reply.payment.outcome != .pending {
                    return PaidReservation(payment: try settle(reply.payment), seats: reply.seats)
                }
                pause = reply.payment.askAgain
            } catch let failure as CallFailure where failure.isWorthRetrying {
                pause = Self.longestPause
                problem = failure
            }
            // A cancelled task neither sends nor sleeps.
            guard !Task.isCancelled, caller.clock.uptime + pause < end else {
                throw JourneyError.paymentPending(problem)
            }
            try? await caller.clock.sleep(for: min(max(pause, Self.shortestPause), Self.longestPause))
        }
    }

    /// Records the outcome. After NOT_PAID the next attempt is a new payment.
    private func settle(_ payment: Payment) throws -> Payment {
        switch payment.outcome {
        case .paid: try caller.records.update { $0.settle(payment.paymentID) }
        case .notPaid: try caller.records.update { $0.removePayment(payment.paymentID) }
        default: break
        }
        return payment
    }

    /// The current state of a payment, and records its outcome.
    package func show(_ id: PaymentID) async throws -> Payment {
        try settle(try await caller.call(WalletMethods.showPayment, ShowPaymentRequest(paymentID: id)).payment)
    }

    /// The newest payments of a user, for operators.
    package func newest(_ count: Int, of user: String) async throws -> [Payment] {
        try await caller.allPages(upTo: count) { last in
            let request = FindPaymentsRequest(name: user, beforePaymentID: last?.paymentID)
            let page = try await caller.call(WalletMethods.findPayments, request)
            return (page.payments, page.hasMore)
        }
    }

    /// For operators: the payment with an id, or whose id ends in `name`. For the latter, it reads the newest payments of a
    /// user, or without a user all payments.
    package func payment(named name: String, of user: String?) async throws -> Payment {
        var id = PaymentID(name)
        if id == nil {
            let suffix = IDSuffix(name)
            let all =
                user == nil ? try await all(endingIn: suffix) : try await newest(Self.maximumSearched, of: user ?? "")
            id = try all.filter { suffix.matches($0.paymentID) }.onlyOne(.payment, name).paymentID
        }
        let reply = try await caller.call(WalletMethods.findPayments, FindPaymentsRequest(paymentID: id))
        return try reply.payments.onlyOne(.payment, name)
    }

    /// The payments of all users whose ids end in a suffix. Stops at the second one.
    private func all(endingIn suffix: IDSuffix) async throws -> [Payment] {
        var found: [Payment] = []
        var request = ExportPaymentsRequest()
        while true {
            let page = try await caller.call(WalletMethods.exportPayments, request)
            found += page.payments.filter { suffix.matches($0.paymentID) }
            guard page.hasMore, found.count < 2 else { return found }
            (request.afterUserID, request.afterPaymentID) = (page.lastUserID, page.lastPaymentID)
        }
    }

    package func newest(_ count: Int) async throws -> [Payment] {
        try await caller.allPages(upTo: count) { last in
            let request = ListPaymentsRequest(beforePaymentID: last?.paymentID)
            let page = try await caller.call(WalletMethods.listPayments, request)
            return (page.payments, page.hasMore)
        }
    }

    /// The payment whose id ends in `name`. Without a name, the latest one.
    package func id(_ name: String?) async throws -> PaymentID {
        if let name {
            let suffix = IDSuffix(name)
            return try await newest(Self.maximumSearched).map(\.paymentID)
                .filter { suffix.matches($0) }.onlyOne(.payment, name)
        }
        // Prefers the recorded payment without an outcome, because the service may not have received it.
        if let open = try caller.records.load().payments.last(where: \.isOpen) { return open.payment }
        if let last = try await newest(1).first { return last.paymentID }
        throw JourneyError.noneOf(.payment)
    }

    /// The undecided payment of a reservation, if there is one. Does not call the concert service, because its failure
    /// may be the reason that the payment is undecided.
    package func undecided(of reservation: String?) async throws -> Payment? {
        let activity = try caller.records.load()
        let latest = activity.reservations.last { !$0.isOpen }?.reservation
        let suffix = reservation.map { IDSuffix($0) }
        let begun = activity.payments.last { payment in
            payment.isOpen && suffix?.matches(payment.reservation) ?? (payment.reservation == latest)
        }
        guard let begun else { return nil }
        do {
            let payment = try await show(begun.payment)
            return payment.outcome == .pending ? payment : nil
        } catch let failure as CallFailure where failure.isBecause(WalletReason.paymentUnknown) {
            // The payment may still arrive.
            return Payment(paymentID: begun.payment, outcome: .pending)
        }
    }

    /// Cancels an undecided payment, and records its outcome. The outcome may still be pending.
    package func cancel(_ payment: Payment) async throws -> Payment {
        let request = CancelPaymentRequest(paymentID: payment.paymentID)
        return try settle(try await caller.call(WalletMethods.cancelPayment, request).payment)
    }
}
