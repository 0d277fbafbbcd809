import Kernel
import WalletAPI

/// Putting money into a wallet: one's own, or as an operator anybody's.
enum PutIn {
    private static let amount = Operand("AMOUNT", ValueKind<Money>.amount, .some)
    private static let user = Operand("NAME", ValueKind<String>.text("NAME"))

    static let own = Command(
        "top-up", "Puts money into your wallet.",
        details:
            "Users may do so where the wallet service allows it; elsewhere an operator does: gateway admin top-up.",
        calls: [.wallet], caller: .user, operands: [amount], flags: [CommonFlags.requestID],
        examples: ["gateway top-up 50 EUR", "gateway top-up 12.50 EUR --json"],
        run: { run async throws(GatewayError) in try await putIn(run, name: "") })

    static let anybodys = Command(
        "admin top-up", "Puts money into the wallet of a user.",
        calls: [.wallet], caller: .operator, operands: [user, amount], flags: [CommonFlags.requestID],
        examples: ["gateway admin top-up alice 50 EUR"],
        run: { run async throws(GatewayError) in try await putIn(run, name: try run.arguments.required(user)) })

    private static func putIn(_ run: Invocation, name: String) async throws(GatewayError) {
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
