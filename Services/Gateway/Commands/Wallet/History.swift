import CommandLine
import Journeys
import Kernel
import WalletAPI

enum History {
    private static let currency = Option("currency", .currency, "list only entries in this currency")
    private static let limit = Option(
        "limit", .integer(in: 1...10_000), "limit of entries per currency; 20 if not given")
    private static let defaultLimit = 20

    static let command = Command(
        "history", "Lists the entries of your accounts, newest first: every movement of your money.",
        calls: [.wallet], caller: .user, flags: [currency, limit, CommonFlags.zone],
        examples: ["gateway history", "gateway history --limit 100 --currency EUR --json"],
        run: list)

    private static func list(_ run: Invocation) async throws {
        let entries = try await Wallet(run.caller).entries(
            try run.arguments.value(currency)?.code, limit: try run.arguments.value(limit) ?? defaultLimit)
        run.show(
            entries, json, empty: "There are no entries yet.",
            [("TIME", .left), ("KIND", .left), ("AMOUNT", .right), ("AVAILABLE", .right)]
        ) { entry in
            [
                run.localTime(entry.atMs), entry.kindText, Money.text(entry.amount, entry.currency),
                Money.text(entry.available, entry.currency),
            ]
        }
    }

    private static func json(_ entry: EntryView) -> JSON {
        .object([
            "serial": .count(entry.serial), "kind": .name(of: entry.kind),
            "amount": Money.json(entry.amount, entry.currency),
            "available": Money.json(entry.available, entry.currency),
            "pending": Money.json(entry.pending, entry.currency), "paymentId": .id(entry.paymentID),
            "at": .time(entry.atMs),
        ])
    }
}

extension EntryView {
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
