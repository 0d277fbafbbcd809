import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Pays for held seats, and shows a payment that is not decided yet.
struct PaymentPage: Sendable {
    private static let refresh = Duration.seconds(3)

    let page: DatePage

    private var visit: Visit { page.visit }

    /// Sends the payment of the form. Its id makes a second press of the button the same payment.
    func pay() async throws -> HTTPResponse {
        guard let id: PaymentID = visit.id("payment"), let reservation: ReservationID = visit.id("reservation") else {
            throw Problem.foreignForm
        }
        let recorded = RecentActivity.Reservation(concert: page.concert.concertID, reservation: reservation)
        let held = try await Reservations(visit.caller).reservation(recorded)
        if held.state != .sold {
            _ = try visit.caller.records.update { try $0.payment(for: recorded, orBegin: id) }
            do {
                _ = try await Payments(visit.caller).pay(held)
            } catch JourneyError.paymentPending {
                return .redirect(
                    to: SitePath.query(page.path, [("payment", "\(id)"), ("reservation", "\(reservation)")]))
            } catch JourneyError.notPaid(let payment, let shortfall) {
                guard try await isSold(recorded) else { throw JourneyError.notPaid(payment, shortfall) }
            }
        }
        return .redirect(to: paidPath(reservation))
    }

    /// True if the buyer has the seats. After a refused payment, another tab has paid for them.
    private func isSold(_ reservation: RecentActivity.Reservation) async throws -> Bool {
        try await Reservations(visit.caller).reservation(reservation).state == .sold
    }

    private func paidPath(_ reservation: ReservationID) -> String {
        SitePath.query("/tickets", [("paid", "\(reservation)"), ("concert", page.concert.name)])
    }

    /// The page of a payment whose outcome was not known.
    func show(_ id: PaymentID) async throws -> Page {
        let payment: Payment
        do {
            payment = try await Payments(visit.caller).show(id)
        } catch let failure as CallFailure where failure.isBecause(WalletReason.paymentUnknown) {
            // The payment may still arrive, or was never sent.
            return pending(id)
        } catch let failure as CallFailure where failure.outcome == .unavailable {
            // The payment may have been sent before the wallet service went away.
            return pending(id)
        }
        switch payment.outcome {
        case .pending: return pending(id)
        case .paid: return paid(payment)
        default:
            if let reservation = payment.reservationID,
                try await isSold(.init(concert: page.concert.concertID, reservation: reservation))
            {
                return paid(payment)
            }
            return try await page.show(Problem(payment, nil))
        }
    }

    private func paid(_ payment: Payment) -> Page {
        let path = payment.reservationID.map(paidPath) ?? "/tickets"
        let amount = MoneyText.text(payment.amount, payment.currency)
        return Page(
            visit(.myTickets), refresh: (.seconds(1), path),
            """
            \(page.heading)
            <section class="card good"><h2>\(visit(.paid(amount)))</h2>\(Parts.button(visit(.myTickets), to: path))</section>
            """)
    }

    private func pending(_ id: PaymentID) -> Page {
        let reservation = visit.request.query["reservation"] ?? visit.request.form?["reservation"] ?? ""
        let path = SitePath.query(page.path, [("payment", "\(id)"), ("reservation", reservation)])
        let fields: HTML = """
            <input type=hidden name=payment value="\(id)"><input type=hidden name=reservation value="\(reservation)">
            """
        return Page(
            visit(.pendingTitle), status: 202, refresh: (Self.refresh, path),
            """
            \(page.heading)
            <section class="card centred" data-reload-after="\(Self.refresh.milliseconds)"><h2>\(visit(.pendingTitle))</h2>
            <progress aria-label="\(visit(.pendingTitle))"></progress><p>\(visit(.pendingWhy))</p>
            \(Parts.form(visit, .pay, to: page.path, visit(.checkAgain), isQuiet: true, fields))</section>
            """)
    }
}
