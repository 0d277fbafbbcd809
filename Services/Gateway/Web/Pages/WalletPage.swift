import Journeys
import Kernel
import WalletAPI

/// The buyer's money: balances, top-up where it is allowed, and what happened.
struct WalletPage: Sendable {
    private static let entriesShown: UInt32 = 20
    private static let usualCurrencies = ["EUR", "USD", "GBP", "JPY", "KRW"]

    let visit: Visit

    func show(_ note: Problem? = nil) async throws -> Page {
        try visit.requireSignIn()
        let balances = try await Wallet(visit.caller).balances()
        let cards: [HTML] = balances.map(card)
        var histories: [HTML] = []
        for balance in balances { histories.append(try await history(balance.currency)) }
        let topUp = await TopUps(visit: visit).isAllowed() ? form(balances) : ""
        let added = (visit.request.query["added"].flatMap { UInt64($0) }).map { amount in
            // Only a currency of the wallet, because anyone can write a link with another text.
            let currency = balances.map(\.currency).first { $0 == visit.request.query["currency"] }
            let text = MoneyText.text(amount, currency ?? "")
            return "<p class=\"note good\" role=\"status\">\(visit(.toppedUpBy(text)))</p>" as HTML
        }
        return Page(
            visit(.wallet), status: note?.status ?? 200,
            """
            <h1>\(visit(.wallet))</h1>\(note.map { $0.content(visit) })\(added)
            \(HTML.when(balances.isEmpty, "<p>\(visit(.emptyWallet))</p>"))
            <div class="cards">\(cards)</div>\(topUp)\(histories)
            """)
    }

    private func card(_ balance: Balance) -> HTML {
        let pending = HTML.when(
            balance.pending > 0,
            "<p class=\"quiet\">\(visit(.setAside)): \(visit.money(balance.pending, balance.currency))</p>")
        return """
            <section class="card"><h2>\(visit(.balance))</h2><p class="big">\(visit.money(balance.available, balance.currency))</p>\(pending)</section>
            """
    }

    private func form(_ balances: [Balance]) -> HTML {
        let own = balances.map(\.currency)
        let options: [HTML] = (own + Self.usualCurrencies.filter { !own.contains($0) }).map { "<option>\($0)</option>" }
        let id: RequestID = .make(at: visit.now)
        return """
            <section class="card"><h2>\(visit(.topUp))</h2><form method="post" action="/wallet" class="row">\(visit.fields(.topUp))
            <input type=hidden name=request value="\(id)">
            <label>\(visit(.amount)) <input name="amount" inputmode="decimal" required autocomplete="off" placeholder="50.00"></label>
            <label>\(visit(.currency)) <select name="currency">\(options)</select></label>
            <button>\(visit(.addMoney))</button></form></section>
            """
    }

    private func history(_ currency: String) async throws -> HTML {
        let before =
            visit.request.query["currency"] == currency ? visit.request.query["before"].flatMap { UInt64($0) } : nil
        let request = ListEntriesRequest(currency: currency, beforeSerial: before ?? 0, pageSize: Self.entriesShown)
        let reply = try await visit.caller.call(WalletMethods.listEntries, request)
        let rows: [HTML] = reply.entries.map { entry in
            """
            <tr><td>\(Parts.time(entry.at, visit))</td><td>\(visit(entry.kind.text))\
            \(HTML.when(!entry.reason.isEmpty, "<br><span class=\"quiet\">\(entry.reason)</span>"))</td>\
            <td class="number">\(entry.kind.sign)\(visit.money(entry.amount, currency))</td>\
            <td class="number" data-label="\(visit(.balance))">\(visit.money(entry.available, currency))</td></tr>
            """
        }
        let more = reply.entries.last.map { last in
            HTML.when(
                reply.hasMore,
                Parts.button(
                    visit(.older),
                    to: SitePath.query("/wallet", [("currency", currency), ("before", "\(last.serial)")]),
                    isQuiet: true))
        }
        return """
            <section><h2>\(visit(.walletIn(currency)))</h2><div class="scroll" tabindex="0" role="region" aria-label="\(visit(.walletIn(currency)))"><table>
            <thead><tr><th>\(visit(.time))</th><th>\(visit(.movement))</th><th class="number">\(visit(.amount))</th>\
            <th class="number">\(visit(.balance))</th></tr></thead><tbody>\(rows)</tbody></table></div>\(more)</section>
            """
    }

    func topUp() async throws -> HTTPResponse {
        let (amount, currency) = try await TopUps(visit: visit).add()
        return .redirect(to: SitePath.query("/wallet", [("added", "\(amount)"), ("currency", currency)]))
    }
}

extension EntryKind {
    /// How the movement changes the money that can be spent. A payment takes money that was set aside before.
    fileprivate var sign: String {
        switch self {
        case .topUp, .release, .refund: "+"
        case .setAside: "\u{2212}"
        case .payment, .unspecified, .unrecognized: ""
        }
    }

    fileprivate var text: Text {
        switch self {
        case .topUp: .toppedUp
        case .setAside: .entrySetAside
        case .payment: .payment
        case .release: .entryRelease
        case .refund: .refund
        case .unspecified, .unrecognized: .unknownState
        }
    }
}

/// Adds money to the buyer's wallet, if the wallet service allows that to buyers.
struct TopUps: Sendable {
    let visit: Visit

    /// Asks the service with an amount of zero, which it always refuses. The reason says whether an amount is allowed.
    func isAllowed() async -> Bool {
        do {
            _ = try await visit.caller.call(
                WalletMethods.topUp, TopUpRequest(currency: "EUR"), requestID: .make(at: visit.now))
            return true
        } catch let failure as CallFailure {
            return failure.outcome == .refused && !failure.isBecause(WalletReason.topUpNotAllowed)
        } catch {
            return false
        }
    }

    /// The fields of a form that adds exactly an amount.
    func fields(_ minorUnits: UInt64, _ currency: String) -> HTML {
        let id: RequestID = .make(at: visit.now)
        let amount = MoneyText.decimal(minorUnits, fractionDigits: Currency(currency)?.fractionDigits ?? 2)
        return """
            <input type=hidden name=request value="\(id)"><input type=hidden name=amount value="\(amount)">\
            <input type=hidden name=currency value="\(currency)">
            """
    }

    /// Adds the amount of the form. Its request id makes a second press of the button the same top-up.
    func add() async throws -> (amount: UInt64, currency: String) {
        guard let form = visit.request.form, let id: RequestID = visit.id("request"), let currency = form["currency"]
        else {
            throw Problem.foreignForm
        }
        guard let amount = MoneyText.minorUnits(of: form["amount"] ?? "", currency) else {
            throw Problem(400, .amountInvalid, .amountInvalidWhy)
        }
        let request = TopUpRequest(amount: amount, currency: currency)
        _ = try await visit.caller.call(WalletMethods.topUp, request, requestID: id)
        return (amount, currency)
    }
}
