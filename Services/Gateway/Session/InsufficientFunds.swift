import Kernel
import WalletAPI

/// The amount that a wallet lacks for a price.
struct InsufficientFunds {
    let available: UInt64
    let price: UInt64
    let missing: Money

    /// Nil if the wallet has enough.
    init?(of balances: [Balance], for price: UInt64, _ currency: String) {
        available = balances.first { $0.currency == currency }?.available ?? 0
        guard available < price, let missing = Money(price - available, currency) else { return nil }
        self.price = price
        self.missing = missing
    }

    var text: String {
        let code = missing.currency.code
        return "your wallet has \(Money.text(available, code)), and the price is \(Money.text(price, code)): "
            + "\(missing) is missing"
    }

    var hint: String { "Type: gateway top-up \(missing), then: gateway pay" }
}

extension Invocation {
    func insufficientFunds(for price: UInt64, _ currency: String) async throws(GatewayError) -> InsufficientFunds? {
        InsufficientFunds(
            of: try await call(WalletMethods.showBalance, ShowBalanceRequest()).balances, for: price, currency)
    }

    /// The error of a payment that is NOT_PAID. Names the missing amount if that is the reason.
    func refusal(of payment: PaymentView) async -> GatewayError {
        let reason = "\(payment.reason)".constant
        if payment.reason == .insufficient || payment.reason == .noAccount,
            let insufficientFunds = try? await insufficientFunds(for: payment.amount, payment.currency)
        {
            return GatewayError(
                .refused, "not paid: \(insufficientFunds.text)", hint: insufficientFunds.hint, reason: reason)
        }
        return GatewayError(.refused, "not paid: \(PaymentReport(payment: payment).explanation)", reason: reason)
    }
}
