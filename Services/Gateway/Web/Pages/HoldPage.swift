import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// The seats that are held for the buyer: how long, for what price, and the button that pays.
struct HoldPage: Sendable {
    let page: DatePage

    private var visit: Visit { page.visit }

    func show(_ held: [Reservation], _ note: Problem?) async -> Page {
        // Without the wallet service, the buyer still sees the hold.
        let balances = try? await Wallet(visit.caller).balances()
        let canTopUp = await TopUps(visit: visit).isAllowed()
        let holds = held.map { section($0, balances, canTopUp: canTopUp) }
        let next = held.map(\.deadline).min().map { ($0 - visit.now + .seconds(1), page.path) }
        return Page(
            visit(.heldTitle), status: note?.status ?? 200, refresh: next,
            """
            \(page.heading)\(note.map { $0.content(visit) })
            \(holds)
            \(ReturnRules(date: page.date, times: page.times).section(visit))
            """)
    }

    private func section(_ held: Reservation, _ balances: [Balance]?, canTopUp: Bool) -> HTML {
        let seats: [HTML] = SeatText.sorted(held.seats).map { "<li>\($0)</li>" }
        let shortfall = balances.flatMap { Shortfall(of: $0, for: held.amount, held.currency) }
        return """
            <section class="card hold"><h2>\(visit(.heldTitle))</h2>
            <p class="centred">\(visit(.payWithin)) <span class="big">\(Parts.countdown(to: held.deadline, visit))</span><br>
            <span class="quiet">\(visit(.heldUntil(page.times.clock(held.deadline))))</span></p>
            <ul class="seats">\(seats)</ul>
            <dl>\(Parts.row(visit(.total), "<strong>\(visit.money(held.amount, held.currency))</strong>"))\(money(held, balances, shortfall))</dl>
            \(shortfall.map { missing($0, canTopUp: canTopUp) } ?? pay(held))
            \(Parts.form(visit, .release, to: page.path, visit(.release), isQuiet: true, reservation(held)))
            </section>
            """
    }

    private func money(_ held: Reservation, _ balances: [Balance]?, _ shortfall: Shortfall?) -> HTML {
        guard let balances, held.amount > 0 else { return "" }
        let available = balances.first { $0.currency == held.currency }?.available ?? 0
        let wallet = Parts.row(visit(.inYourWallet), "\(visit.money(available, held.currency))")
        guard let shortfall else {
            return wallet + Parts.row(visit(.afterPayment), "\(visit.money(available - held.amount, held.currency))")
        }
        return wallet
            + Parts.row(visit(.missing), "<strong class=bad>\(visit.money(shortfall.missing, held.currency))</strong>")
    }

    private func reservation(_ held: Reservation) -> HTML {
        "<input type=hidden name=reservation value=\"\(held.reservationID)\">"
    }

    /// The form has the id of its payment before it is sent, so sending it twice pays once.
    private func pay(_ held: Reservation) -> HTML {
        let payment: PaymentID = .make(at: visit.now)
        let fields = reservation(held) + "<input type=hidden name=payment value=\"\(payment)\">"
        let button = held.amount == 0 ? Text.getTickets : .pay(MoneyText.text(held.amount, held.currency))
        return """
            \(ReturnRules(date: page.date, times: page.times).short(visit))
            \(Parts.form(visit, .pay, to: page.path, visit(button), fields))
            <p class="quiet">\(visit(.payOnce))</p>
            """
    }

    private func missing(_ shortfall: Shortfall, canTopUp: Bool) -> HTML {
        guard canTopUp else { return "<p class=\"note\">\(visit(.askToTopUp))</p>" }
        let amount = MoneyText.text(shortfall.missing, shortfall.currency)
        return "<p>\(visit(.topUpFirst))</p>"
            + Parts.form(
                visit, .topUp, to: page.path, visit(.topUpBy(amount)),
                TopUps(visit: visit).fields(shortfall.missing, shortfall.currency))
    }
}

/// Until when the tickets of a date can be given back, and for how much. It stands before the button that pays.
struct ReturnRules: Sendable {
    private static let day = Duration.days(1)

    let date: Schedule
    let times: TimeText

    private func sentences(_ visit: Visit) -> [String] {
        guard let until = date.settings.cancelUntil else { return [visit(.noReturns)] }
        guard visit.now < until else { return [visit(.returnsAreOver)] }
        var sentences = [visit(.returnable(until: times.date(until)))]
        let steps = date.settings.startsAt.map { start in
            date.returnSteps.map { (from: start - Self.day * Int($0.daysBeforeStart), kept: $0.keptPercent) }
                .filter { $0.from < until }
        }
        guard let steps, !steps.isEmpty else { return sentences + [visit(.fullRefund)] }
        if visit.now < steps[0].from { sentences.append(visit(.fullRefund)) }
        return sentences + steps.map { visit(.kept($0.kept, from: times.date($0.from))) }
    }

    /// The first sentence, for the place just above the button.
    func short(_ visit: Visit) -> HTML { "<p>\(sentences(visit)[0])</p>" }

    func section(_ visit: Visit) -> HTML {
        let items: [HTML] = sentences(visit).map { "<li>\($0)</li>" }
        return "<section class=\"quiet\"><h2>\(visit(.returnsTitle))</h2><ul>\(items)</ul></section>"
    }
}
