import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

/// The wallet service on an engine with distributed tables: see `EngineDialect`.
@Suite struct DistributedTests {
    private func with(_ body: (Market, EngineProxy) async throws -> Void) async throws {
        try await Market.withOthers { others in
            let database = try await TestDatabase.make(on: .distributed)
            let proxy = try #require(database.proxy)
            try await others.open(.distributed, database: database) { try await body($0, proxy) }
        }
    }

    @Test(arguments: [1, 2, 5])
    func `a top-up during an audit is not a violation`(reads: UInt64) async throws {
        try await with { market, proxy in
            try await market.topUp(5000)
            let topUps = Recorder<Balance>()
            for read in 1...reads {
                // The audit has read the entries, but not the top-ups.
                proxy.interrupt(before: "from top_up where user_id between") {
                    if let balance = try? await market.topUp(500, number: 10 + read) { topUps.add(balance) }
                }
            }
            let audit = try await market.audit()
            #expect(audit.violation == "")
            #expect(topUps.all.count == Int(reads))
            #expect(audit.userCount == 1 && audit.entryCount == 1 + reads)
            #expect(audit.totals.map(\.toppedUp) == [5000 + 500 * Int64(reads)])
        }
    }

    @Test func `a payment during an audit is not a violation`() async throws {
        try await with { market, proxy in
            try await market.topUp(5000)
            let reservation = try await market.reserve("1")
            let payments = Recorder<WalletAPI.Payment>()
            proxy.interrupt(before: "from payment where user_id between") {
                if let payment = try? await market.pay(reservation) { payments.add(payment) }
            }
            let audit = try await market.audit()
            #expect(audit.violation == "")
            #expect(payments.all.map(\.outcome) == [.paid])
            #expect(audit.paidCount == 1)
        }
    }

    @Test func `a violation that stays is reported, a temporary one is not`() async throws {
        try await with { market, proxy in
            try await market.topUp(5000, for: .alice)
            try await market.topUp(5000, for: .bob)
            try await market.wallet.instances[0].database.transaction { tx in
                try tx.execute("update account set available = available + 1 where user_id = $1", UserID.bob)
            }
            proxy.interrupt(before: "from top_up where user_id between") {
                _ = try? await market.topUp(500, number: 11)
            }
            let violation = try await market.audit().violation
            #expect(violation.contains("account of user \(UserID.bob)"), "\(violation)")
        }
    }

    @Test func `a violation that changes all the time is reported before the caller's deadline`() async throws {
        try await with { market, proxy in
            try await market.topUp(5000)
            let database = market.wallet.instances[0].database
            let changes = Recorder<Int>()
            // More often than the audit reads, so no two reads see the same amount.
            for read in 1...40 {
                proxy.interrupt(before: "from top_up where user_id between") {
                    changes.add(read)
                    try? await database.transaction { try $0.execute("update account set available = available + 1") }
                }
            }
            let violation = try await market.audit(timeout: .seconds(12)).violation
            #expect(violation.contains("account of user"), "\(violation)")
            // A busy machine reads seldom in this time.
            #expect(changes.all.count > 1)
        }
    }

    @Test func `a repeated payment has its first answer, also if its concert was halted since`() async throws {
        try await with { market, _ in
            try await market.topUp(10_000)
            let first = try await market.reserve("1", number: 20)
            let second = try await market.reserve("2", number: 21)
            let paid = try await market.pay(first, number: 30)
            #expect(paid.outcome == .paid)
            #expect(try await market.pay(first, number: 30) == paid)
            try await market.wallet.instances[0].database.transaction { tx in
                try tx.execute(
                    """
                    insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, '', 0)
                    """, market.concertID, RequestID.numbered(99), UserID.bob)
            }
            #expect(try await market.pay(first, number: 30) == paid)
            await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
            #expect(try await market.money() == [7000, 0])
        }
    }
}
