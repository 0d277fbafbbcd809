import Kernel
import WalletAPI

enum BalanceShow {
    static let command = Command(
        "balance", "Shows the money in your wallet: available, and set aside for payments.",
        calls: [.wallet], caller: .user, examples: ["gateway balance", "gateway balance --json"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let balances = try await run.call(WalletMethods.showBalance, ShowBalanceRequest()).balances
        if balances.isEmpty, !run.isJSON {
            return run.console.print("Your wallet is empty. To top it up: gateway top-up 50 EUR")
        }
        var table = Table([("AVAILABLE", .right), ("SET ASIDE", .right)])
        for balance in balances {
            table.add([
                Money.text(balance.available, balance.currency), Money.text(balance.pending, balance.currency),
            ])
        }
        run.show(.list(balances, json), table.text(run.console))
    }

    static func json(_ balance: Balance) -> JSON {
        .object([
            "available": Money.json(balance.available, balance.currency),
            "pending": Money.json(balance.pending, balance.currency),
        ])
    }
}
