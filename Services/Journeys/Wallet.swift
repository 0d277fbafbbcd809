import WalletAPI

/// The amount that a wallet lacks for a price, in minor units.
package struct Shortfall: Equatable, Sendable {
    package let available: UInt64
    package let price: UInt64
    package let currency: String

    package var missing: UInt64 { price - available }

    /// Nil if the wallet has enough.
    package init?(of balances: [Balance], for price: UInt64, _ currency: String) {
        available = balances.first { $0.currency == currency }?.available ?? 0
        guard available < price else { return nil }
        self.price = price
        self.currency = currency
    }
}

/// The caller's money, or for operators that of the user with the name `user`.
package struct Wallet: Sendable {
    private let caller: ServiceCaller
    private let user: String?

    package init(_ caller: ServiceCaller, of user: String? = nil) {
        self.caller = caller
        self.user = user
    }

    package func balances() async throws -> [Balance] {
        if let user {
            return try await caller.call(WalletMethods.findAccounts, FindAccountsRequest(name: user)).balances
        }
        return try await caller.call(WalletMethods.showBalance, ShowBalanceRequest()).balances
    }

    /// Nil if the wallet has enough for the price.
    package func shortfall(for price: UInt64, _ currency: String) async throws -> Shortfall? {
        Shortfall(of: try await balances(), for: price, currency)
    }

    /// The missing amount of a payment that is NOT_PAID because the wallet had too little. Nil for other payments.
    func shortfall(of payment: Payment) async -> Shortfall? {
        guard payment.reason == .insufficient || payment.reason == .noAccount else { return nil }
        return try? await shortfall(for: payment.amount, payment.currency)
    }

    /// Returns the new balance.
    package func topUp(_ amount: UInt64, _ currency: String) async throws -> Balance {
        let request = TopUpRequest(amount: amount, currency: currency, name: user ?? "")
        let reply = try await caller.call(WalletMethods.topUp, request, requestID: caller.newRequestID())
        return reply.balance
    }

    /// The newest entries of one currency. Nil stands for each currency of the wallet. `choose` filters the entries of a
    /// currency, and at most `limit` of them are returned for each.
    package func entries(
        _ currency: String?, limit: Int, _ choose: ([Entry]) -> [Entry] = { $0 }
    ) async throws -> [Entry] {
        if let currency { return try await entries(of: currency, limit, choose) }
        var all: [Entry] = []
        for balance in try await balances() { all += try await entries(of: balance.currency, limit, choose) }
        return all
    }

    private func entries(
        of currency: String, _ limit: Int, _ choose: ([Entry]) -> [Entry]
    ) async throws -> [Entry] {
        var all: [Entry] = []
        while true {
            let (page, hasMore) = try await page(of: currency, before: all.last?.serial ?? 0)
            all += page
            let chosen = choose(all)
            guard hasMore, !page.isEmpty, chosen.count < limit else { return Array(chosen.prefix(limit)) }
        }
    }

    private func page(of currency: String, before serial: UInt64) async throws -> ([Entry], hasMore: Bool) {
        if let user {
            let request = FindEntriesRequest(name: user, currency: currency, beforeSerial: serial)
            let page = try await caller.call(WalletMethods.findEntries, request)
            return (page.entries, page.hasMore)
        }
        let request = ListEntriesRequest(currency: currency, beforeSerial: serial)
        let page = try await caller.call(WalletMethods.listEntries, request)
        return (page.entries, page.hasMore)
    }
}
