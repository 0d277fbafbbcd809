import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct AuditTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the audit reports its counts and finds no violation`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                for number in 0..<20 {
                    let user = TestCaller.user(number)
                    try await market.topUp(5000, for: user)
                    let reservation = try await market.reserve("\(number + 1)", by: user, number: 100 + UInt64(number))
                    for payment in 0..<2 {
                        _ = try await market.pay(reservation, by: user, number: UInt64(200 + 2 * number + payment))
                    }
                }
                let audit = try await market.audit()
                #expect(audit.violation == "")
                #expect(audit.userCount == 20 && audit.entryCount == 60)
                #expect(audit.paidCount == 20 && audit.notPaidCount == 20 && audit.pendingPaymentCount == 0)
                #expect(
                    audit.totals == [
                        AuditTotal(currency: "EUR", toppedUp: 100_000, available: 40_000, pending: 0, revenue: 60_000)
                    ])
            }
        }

        @Test(arguments: Engine.available)
        func `the audit reads the owners of more payments of a user than one statement takes`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                try await market.topUp(5000)
                let reservation = try await market.reserve("1")
                for number: UInt64 in 0..<40 { _ = try await market.pay(reservation, number: 200 + number) }
                let audit = try await market.audit()
                #expect(audit.violation == "")
                #expect(audit.paidCount == 1 && audit.notPaidCount == 39)
            }
        }

        @Test(arguments: Engine.available)
        func `the audit names a row that was changed in the database`(engine: Engine) async throws {
            let changes: [(sql: Statement, violation: String)] = [
                ("update account set available = available + 1", "account of user"),
                ("update entry set amount = amount + 1 where serial = 1", "entry 1 of user"),
                ("update entry set available = available + 1 where serial = 3", "entry 3 of user"),
                ("delete from entry where serial = 2", "entry 3 of user"),
                ("update top_up set amount = amount - 1", "top-up"),
                ("update payment set amount = amount - 1", "payment"),
                ("update payment set state = 3, reason = 3", "in state voided"),
                ("delete from payment", "an entry names payment"),
                ("delete from payment_owner", "belongs to no user"),
            ]
            for (sql, violation) in changes {
                try await Market.with(engine, isAudited: false) { market in
                    try await market.topUp(5000)
                    _ = try await market.pay(try await market.reserve("1"))
                    try await market.wallet.instances[0].database.transaction { try $0.execute(sql) }
                    let found = try await market.audit().violation
                    #expect(found.contains(violation), "\(sql): \(found)")
                }
            }
        }

        @Test(arguments: Engine.available)
        func `the audit finds a user with a top-up as the only row`(engine: Engine) async throws {
            try await Market.with(engine, isAudited: false) { market in
                try await market.topUp(5000)
                try await market.wallet.instances[0].database.transaction { tx in
                    try tx.execute("delete from account")
                    try tx.execute("delete from entry")
                }
                #expect(try await market.audit().violation.contains("top-up"))
            }
        }

        @Test(arguments: Engine.available)
        func `the audit finds a user with a payment as the only row`(engine: Engine) async throws {
            try await Market.with(engine, isAudited: false) { market in
                try await market.topUp(5000)
                _ = try await market.pay(try await market.reserve("1"))
                try await market.wallet.instances[0].database.transaction { tx in
                    try tx.execute("delete from account")
                    try tx.execute("delete from entry")
                    try tx.execute("delete from top_up")
                }
                #expect(try await market.audit().violation.contains("payment"))
            }
        }
    }
}
