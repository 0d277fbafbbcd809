import Kernel
import WalletAPI

/// Tops up the wallet of the signed-in user, or as an operator the wallet of any user.
enum TopUp {
    private static let amount = Operand("AMOUNT", ValueKind<Money>.amount, .some)
    private static let user = Operand("NAME", ValueKind<String>.text("NAME"))

    static let own = Command(
        "top-up", "Adds money to your wallet.",
        details:
            "The wallet service may forbid this to users. Then an operator can do it: gateway admin top-up NAME AMOUNT",
        calls: [.wallet], caller: .user, operands: [amount], flags: [CommonFlags.requestID],
        examples: ["gateway top-up 50 EUR", "gateway top-up 12.50 EUR --json"],
        run: { run async throws(GatewayError) in try await topUp(run, name: "") })

    static let ofUser = Command(
        "admin top-up", "Adds money to the wallet of a user.",
        calls: [.wallet], caller: .operator, operands: [user, amount], flags: [CommonFlags.requestID],
        examples: ["gateway admin top-up alice 50 EUR"],
        run: { run async throws(GatewayError) in try await topUp(run, name: try run.arguments.required(user)) })

    private static func topUp(_ run: Invocation, name: String) async throws(GatewayError) {
        guard let money = try run.arguments.joined(amount) else { throw .usage("AMOUNT is missing") }
        let balance = try await run.topUp(money, of: name)
        run.show(
            BalanceShow.json(balance),
            "\(name.isEmpty ? "You have" : "\(name) has") \(Money.text(balance.available, balance.currency)) now.")
    }
}

extension Invocation {
    func topUp(_ money: Money, of name: String = "") async throws(GatewayError) -> Balance {
        let request = TopUpRequest(
            amount: UInt64(clamping: money.minorUnits), currency: money.currency.code, name: name)
        let reply = try await call(WalletMethods.topUp, request, requestID: try newRequestID())
        return reply.balance ?? Balance(currency: money.currency.code)
    }
}
