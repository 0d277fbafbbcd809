import Journeys
import Kernel
import WalletAPI

enum Audit {
    static let command = Command(
        "admin audit", "Recomputes every account from its entries and payments, and prints the totals.",
        details:
            "With many accounts it takes minutes: pass a long --timeout. It exits with 1 if it finds an inconsistency.",
        calls: [.wallet], caller: .operator,
        examples: ["gateway admin audit", "gateway admin audit --timeout 10m --json"],
        run: audit)

    private static func audit(_ run: Invocation) async throws {
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
            \(reply.userCount) users, \(reply.entryCount) entries; payments: \(reply.paidCount) paid, \
            \(reply.notPaidCount) not paid, \(reply.pendingPaymentCount) pending, \(reply.refundedCount) refunded
            \(table.text(run.console))\(reply.misfit.isEmpty ? "No inconsistencies found." : "")
            """)
        guard reply.misfit.isEmpty else {
            throw GatewayError(
                .refused, "the audit found an inconsistency: \(reply.misfit)",
                hint: "Keep a copy of the databases, and see InvariantBroken in deploy/README.md")
        }
    }

    private static func json(_ reply: AuditReply) -> JSON {
        .object([
            "misfit": .text(reply.misfit), "users": .count(reply.userCount),
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
