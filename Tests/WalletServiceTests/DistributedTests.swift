import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

/// The wallet service on an engine that distributes tables: see `DistributedDialect`.
@Suite struct DistributedTests {
    private func with(_ body: (Market, DistributedProxy) async throws -> Void) async throws {
        try await Market.withOthers { others in
            let database = try await TestDatabase.make(on: .distributed)
            let proxy = try #require(database.proxy)
            try await others.open(.distributed, database: database) { try await body($0, proxy) }
        }
    }

    @Test(arguments: [1, 2, 5])
    func `an audit takes no top-up that comes while it reads for a violation`(looks: UInt64) async throws {
        try await with { market, proxy in
            try await market.topUp(5000)
            let topUps = Recorder<Balance>()
            for look in 1...looks {
                // The entries were read, and the top-ups were not.
                proxy.interrupt(before: "from top_up where user_id between") {
                    if let balance = try? await market.topUp(500, number: 10 + look) { topUps.add(balance) }
                }
            }
            let audit = try await market.audit()
            #expect(audit.misfit == "")
            #expect(topUps.all.count == Int(looks))
            #expect(audit.userCount == 1 && audit.entryCount == 1 + looks)
            #expect(audit.totals.map(\.toppedUp) == [5000 + 500 * Int64(looks)])
        }
    }

    @Test func `an audit takes no payment that comes while it reads for a violation`() async throws {
        try await with { market, proxy in
            try await market.topUp(5000)
            let reservation = try await market.reserve("1")
            let payments = Recorder<PaymentView>()
            proxy.interrupt(before: "from payment where user_id between") {
                if let payment = try? await market.pay(reservation) { payments.add(payment) }
            }
            let audit = try await market.audit()
            #expect(audit.misfit == "")
            #expect(payments.all.map(\.outcome) == [.paid])
            #expect(audit.paidCount == 1)
        }
    }

    @Test func `a violation that stays is reported, and others that come meanwhile are not`() async throws {
        try await with { market, proxy in
            try await market.topUp(5000, for: .alice)
            try await market.topUp(5000, for: .bob)
            try await market.wallet.instances[0].database.transaction { tx in
                try tx.execute("update account set available = available + 1 where user_id = $1", UserID.bob)
            }
            proxy.interrupt(before: "from top_up where user_id between") {
                _ = try? await market.topUp(500, number: 11)
            }
            let misfit = try await market.audit().misfit
            #expect(misfit.contains("account of user \(UserID.bob)"), "\(misfit)")
        }
    }

    @Test func `a payment is answered again as it was, also when its concert was halted since`() async throws {
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
                    """, ConcertID(bytes: market.concertID), RequestID.wish(99), UserID.bob)
            }
            #expect(try await market.pay(first, number: 30) == paid)
            await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
            #expect(try await market.money() == [7000, 0])
        }
    }
}
