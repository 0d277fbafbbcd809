import CommandLine
import Journeys
import Kernel
import WalletAPI

enum History {
    private static let currency = Option("currency", .currency, "list only entries in this currency")
    private static let limit = Option(
        "limit", .integer(in: 1...10_000), "limit of entries per currency; 20 if not given")

    static let command = Command(
        "history", "Lists the entries of your accounts, newest first: every movement of your money.",
        calls: [.wallet], caller: .user, flags: [currency, limit, CommonFlags.zone],
        examples: ["gateway history", "gateway history --limit 100 --currency EUR --json"],
        run: list)

    private static func list(_ run: Invocation) async throws {
        let entries = try await Wallet(run.caller).entries(
            run[currency]?.code, limit: run[limit] ?? 20)
        run.show(
            entries, \.json, empty: "There are no entries yet.",
            ["TIME", "KIND", .right("AMOUNT"), .right("AVAILABLE")]
        ) { entry in
            [
                run.localTime(entry.atMs), entry.kindText, Money.text(entry.amount, entry.currency),
                Money.text(entry.available, entry.currency),
            ]
        }
    }
}

extension EntryView {
    fileprivate var json: JSON {
        .object([
            "serial": .count(serial), "kind": .name(of: kind), "amount": Money.json(amount, currency),
            "available": Money.json(available, currency), "pending": Money.json(pending, currency),
            "paymentId": .id(paymentID), "at": .time(atMs),
        ])
    }

    fileprivate var kindText: String {
        switch kind {
        case .topUp: "top-up"
        case .setAside: "set aside for a payment"
        case .payment: "payment"
        case .release: "released, not paid"
        case .refund: "refund"
        case .unspecified, .unrecognized: "\(kind)"
        }
    }
}
