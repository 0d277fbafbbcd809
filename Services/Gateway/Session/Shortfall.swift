import Kernel
import WalletAPI

/// What a wallet lacks for a price.
struct Shortfall {
    let available: UInt64
    let price: UInt64
    let missing: Money

    /// Nil where there is enough.
    init?(of balances: [Balance], for price: UInt64, _ currency: String) {
        available = balances.first { $0.currency == currency }?.available ?? 0
        guard available < price, let missing = Money(price - available, currency) else { return nil }
        self.price = price
        self.missing = missing
    }

    var text: String {
        let code = missing.currency.code
        return "your wallet has \(Money.text(available, code)) and the price is \(Money.text(price, code)): "
            + "\(missing) are missing"
    }

    var advice: String { "Type: gateway top-up \(missing), and then: gateway pay" }
}

extension Invocation {
    func shortfall(for price: UInt64, _ currency: String) async throws(GatewayError) -> Shortfall? {
        Shortfall(
            of: try await call(WalletMethods.showBalance, ShowBalanceRequest()).balances, for: price, currency)
    }

    /// Why nothing was paid, with how much is missing where that is why.
    func refusal(of payment: PaymentView) async -> GatewayError {
        let reason = "\(payment.reason)".constant
        if payment.reason == .insufficient || payment.reason == .noAccount,
            let shortfall = try? await shortfall(for: payment.amount, payment.currency)
        {
            return GatewayError(.refused, "not paid: \(shortfall.text)", advice: shortfall.advice, reason: reason)
        }
        return GatewayError(.refused, "not paid: \(PaymentReport(payment: payment).because)", reason: reason)
    }
}
