import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func audit(_ request: AuditRequest, call: Call) async throws -> AuditReply {
        var audit = LedgerAudit()
        var last: UserID? = UserID(high: 0, low: 0)
        while let after = last, audit.violation == nil {
            let (seen, users) = try await database.scan(before: call.deadline) { [audit] reader in
                let users = try AuditTable.nextUsers(after: after, reader)
                return (try users.map { try audit.adding($0, reader) } ?? audit, users)
            }
            audit =
                if seen.violation != nil, let users {
                    try await AuditRetry(database: database, call: call).audit(users, after: audit)
                } else { seen }
            last = users?.upperBound
        }
        audit.end()
        return AuditReply(audit)
    }
}

extension AuditReply {
    fileprivate init(_ audit: LedgerAudit) {
        func count(_ states: Payment.State...) -> UInt64 {
            states.reduce(0) { $0 + UInt64(audit.paymentCounts[$1] ?? 0) }
        }
        self.init(
            violation: audit.violation ?? "", userCount: UInt64(audit.userCount), entryCount: UInt64(audit.entryCount),
            pendingPaymentCount: count(.reserved), paidCount: count(.posted, .refunded),
            notPaidCount: count(.voided, .declined), refundedCount: count(.refunded),
            totals: audit.totals.sorted { $0.key.code < $1.key.code }.map { currency, sums in
                AuditTotal(
                    currency: currency.code, toppedUp: sums.toppedUp, available: sums.available,
                    pending: sums.pending, revenue: sums.revenue)
            })
    }
}
