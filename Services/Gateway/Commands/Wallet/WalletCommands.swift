import CommandLine
import Journeys
import Kernel
import WalletAPI

/// Shows money, tops it up, and checks the books.
enum WalletCommands {
    private static let amount = Operand("AMOUNT", .amount, joinsWords: true)

    static let balance = Command(
        "balance", "Shows the money in your wallet: available, and set aside for payments.",
        calls: [.wallet], caller: .user, examples: ["", "--json"],
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
        examples: ["50 EUR", "12.50 EUR --json"],
        run: { run in try await topUp(run, of: nil) })

    static let topUpOfUser = Command(
        "admin top-up", "Adds money to the wallet of a user.",
        calls: [.wallet], caller: .operator, operands: [Operands.name, amount], flags: [CommonFlags.requestID],
        examples: ["alice 50 EUR"],
        run: { run in try await topUp(run, of: run[Operands.name]) })

    private static func topUp(_ run: Invocation, of name: String?) async throws {
        let money = run[amount]
        let balance = try await Wallet(run.caller, of: name).topUp(
            UInt64(clamping: money.minorUnits), money.currency.code)
        run.show(
            balance.json,
            "\(name.map { "\($0) has" } ?? "You have") \(Money.text(balance.available, balance.currency)) now.")
    }

    private static let currency = Option("currency", .currency, "list only entries in this currency")
    private static let limit = Option(
        "limit", .integer(in: 1...10_000), "limit of entries per currency; 20 if not given")

    private static let all = Option("all", .flag, "list also what was set aside for payments that are decided")

    static let history = Command(
        "history", "Lists the movements of your money, newest first.",
        details: historyDetails, calls: [.wallet], caller: .user, flags: [currency, limit, all],
        examples: ["", "--limit 100 --currency EUR --json"],
        run: { run in try await showEntries(of: nil, run) })

    private static let historyDetails = """
        Money is set aside for a payment, and then paid or released. The list shows what was set aside only as long as the
        payment is not decided, unless --all or --json is given.
        """

    static let historyOfUser = Command(
        "admin user history", "Lists the movements of a user's money, newest first.",
        details: historyDetails, calls: [.wallet], caller: .operator, operands: [Operands.name],
        flags: [currency, limit, all], examples: ["alice", "alice --limit 100 --currency EUR --json"],
        run: { run in try await showEntries(of: run[Operands.name], run) })

    private static func showEntries(of user: String?, _ run: Invocation) async throws {
        let isWhole = run.isJSON || run[all]
        let entries = try await Wallet(run.caller, of: user).entries(run[currency]?.code, limit: run[limit] ?? 20) {
            isWhole ? $0 : $0.withoutDecided
        }.sorted { ($0.at, $0.serial) > ($1.at, $1.serial) }
        run.show(
            entries, \.json, empty: "There are no entries yet.",
            ["TIME", .wrapped("KIND"), .right("AMOUNT"), .right("AVAILABLE")]
        ) { entry in
            [
                run.localTime(entry.at), entry.kindText,
                (entry.isExpense ? "-" : "+") + Money.text(entry.amount, entry.currency),
                Money.text(entry.available, entry.currency),
            ]
        }
    }

    static let audit = Command(
        "admin audit", "Recomputes every account from its entries and payments, and prints the totals.",
        details:
            "With many accounts it takes minutes: pass a long --timeout. It exits with 1 if it finds an inconsistency.",
        calls: [.wallet], caller: .operator, examples: ["", "--timeout 10m --json"],
        run: { run in try await showAudit(run) })

    private static func showAudit(_ run: Invocation) async throws {
        let reply = try await run.caller.call(WalletMethods.audit, AuditRequest())
        let table = Table(
            ["CURRENCY", .right("TOPPED UP"), .right("AVAILABLE"), .right("SET ASIDE"), .right("REVENUE")], reply.totals
        ) { total in
            [total.currency]
                + [total.toppedUp, total.available, total.pending, total.revenue].map { Money.text($0, total.currency) }
        }
        run.show(
            json(reply),
            """
            \(reply.userCount.counted("user")), \(reply.entryCount.counted("entry", "entries")); payments: \(reply.paidCount) paid, \
            \(reply.notPaidCount) not paid, \(reply.pendingPaymentCount) pending, \(reply.refundedCount) refunded
            \(table.text(run.console))\(reply.violation.isEmpty ? "No inconsistencies found." : "")
            """)
        guard reply.violation.isEmpty else {
            throw GatewayError(
                .refused, "the audit found an inconsistency: \(reply.violation)",
                hint: "Keep a copy of the databases, and see InvariantBroken in deploy/README.md")
        }
    }

    private static func json(_ reply: AuditReply) -> JSON {
        .object([
            "misfit": .text(reply.violation), "users": .count(reply.userCount),
            "entries": .count(reply.entryCount), "paid": .count(reply.paidCount), "notPaid": .count(reply.notPaidCount),
            "pending": .count(reply.pendingPaymentCount), "refunded": .count(reply.refundedCount),
            "totals": .list(reply.totals) { total in
                .object([
                    "currency": .string(total.currency), "toppedUp": Money.json(total.toppedUp, total.currency),
                    "available": Money.json(total.available, total.currency),
                    "pending": Money.json(total.pending, total.currency),
                    "revenue": Money.json(total.revenue, total.currency),
                ])
            },
        ])
    }
}

extension Balance {
    var json: JSON {
        .object([
            "available": Money.json(available, currency), "pending": Money.json(pending, currency),
            "createdAt": .time(createdAt), "updatedAt": .time(updatedAt),
        ])
    }
}

extension Entry {
    fileprivate var json: JSON {
        .object([
            "serial": .count(serial), "kind": .name(of: kind), "amount": Money.json(amount, currency),
            "available": Money.json(available, currency), "pending": Money.json(pending, currency),
            "paymentId": .id(paymentID), "at": .time(at), "refundId": .id(refundID), "reason": .text(reason),
        ])
    }

    fileprivate var isExpense: Bool { kind == .setAside || kind == .payment }

    fileprivate var kindText: String {
        switch kind {
        case .topUp: "top-up"
        case .setAside: "set aside for a payment"
        case .payment: "payment"
        case .release: "released, not paid"
        case .refund: reason.isEmpty ? "refund" : "refund: \(reason.printable)"
        case .unspecified, .unrecognized: "\(kind)"
        }
    }
}

extension [Entry] {
    /// Omits what was set aside for payments that another entry decides, and what such a decision released.
    fileprivate var withoutDecided: [Entry] {
        let decided = Set(filter { $0.kind == .payment || $0.kind == .release }.compactMap(\.paymentID))
        return filter { entry in
            guard entry.kind == .setAside || entry.kind == .release, let payment = entry.paymentID else { return true }
            return !decided.contains(payment)
        }
    }
}
