import CommandLine
import Journeys
import Kernel
import WalletAPI

/// Shows money, and tops it up.
enum WalletCommands {
    private static let amount = Operand("AMOUNT", .amount, joinsWords: true)

    static let balance = Command(
        "balance", "Shows the money in your wallet: available, and set aside for payments.",
        calls: [.wallet], caller: .user, examples: ["gateway balance", "gateway balance --json"],
        run: { run in
            let balances = try await Wallet(run.caller).balances()
            run.show(
                balances, \.json, empty: "Your wallet is empty. To top it up: gateway top-up 50 EUR",
                [.right("AVAILABLE"), .right("SET ASIDE")]
            ) { [Money.text($0.available, $0.currency), Money.text($0.pending, $0.currency)] }
        })

    static let topUp = Command(
        "top-up", "Adds money to your wallet.",
        details:
            "The wallet service may forbid this to users. Then an operator can do it: gateway admin top-up NAME AMOUNT",
        calls: [.wallet], caller: .user, operands: [amount], flags: [CommonFlags.requestID],
        examples: ["gateway top-up 50 EUR", "gateway top-up 12.50 EUR --json"],
        run: { run in try await topUp(run, name: "") })

    static let topUpOfUser = Command(
        "admin top-up", "Adds money to the wallet of a user.",
        calls: [.wallet], caller: .operator, operands: [Operands.name, amount], flags: [CommonFlags.requestID],
        examples: ["gateway admin top-up alice 50 EUR"],
        run: { run in try await topUp(run, name: run[Operands.name]) })

    private static func topUp(_ run: Invocation, name: String) async throws {
        let money = run[amount]
        let balance = try await Wallet(run.caller).topUp(
            UInt64(clamping: money.minorUnits), money.currency.code, of: name)
        run.show(
            balance.json,
            "\(name.isEmpty ? "You have" : "\(name) has") \(Money.text(balance.available, balance.currency)) now.")
    }
}

extension Balance {
    fileprivate var json: JSON {
        .object(["available": Money.json(available, currency), "pending": Money.json(pending, currency)])
    }
}
