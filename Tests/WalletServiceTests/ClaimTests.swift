import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI
import WalletDomain

@testable import WalletService

/// Several wallets on one database claim the attempts that are due.
@Suite struct ClaimTests {
    private static let payments = 24

    /// Begins payments on the first wallets, without an answer of Concert. All wallets if no number is given.
    private func begin(_ market: Market, on instanceCount: Int? = nil) async throws {
        try await market.topUp(UInt64(Self.payments) * Market.price)
        market.road.set(.callsAreLost)
        let count = instanceCount ?? market.wallet.instances.count
        try await withThrowingTaskGroup { group in
            for number in 1...UInt64(Self.payments) {
                group.addTask {
                    let reservation = try await market.reserve("\(number)", number: 100 + number)
                    let payment = try await market.payUnanswered(
                        reservation, number: 200 + number, instance: Int(number) % count)
                    #expect(payment.outcome == .pending)
                }
            }
            try await group.waitForAll()
        }
    }

    private func count(_ metric: String, _ market: Market, instances: Range<Int>) -> Int {
        instances.map { market.number(metric, instance: $0) }.reduce(0, +)
    }

    /// The claims whose attempt had an answer. On a slow machine, an attempt may have none in time, and then it is repeated.
    private func answeredClaims(_ market: Market, instances: Range<Int>) -> Int {
        count("wallet_payment_claims_total", market, instances: instances)
            - count("wallet_attempts_unanswered_total", market, instances: instances)
    }

    @Test func `of three instances, only the one that began a payment claims its attempts`() async throws {
        try await Market.with(.postgreSQL, instances: 3) { market in
            try await market.wallet.run("payments")
            try await begin(market)
            // The clock moves by less than the time after which others take the payments.
            for round in 0..<16 {
                if round == 3 { market.road.set(.none) }
                market.clock.advance(by: .milliseconds(900))
                async let one: Void = market.wallet.instances[0].run("payments")
                async let two: Void = market.wallet.instances[1].run("payments")
                async let three: Void = market.wallet.instances[2].run("payments")
                _ = try await (one, two, three)
            }
            for number in 201...200 + UInt64(Self.payments) {
                #expect(try await market.show(number).outcome == .paid)
            }
            #expect(count("wallet_payment_claims_total", market, instances: 0..<3) >= 2 * Self.payments)
            #expect(count("wallet_payment_claims_lost_total", market, instances: 0..<3) == 0)
        }
    }

    @Test func `three instances that start at once claim each payment of an ended one once`() async throws {
        try await Market.with(.postgreSQL, instances: 4) { market in
            try await begin(market, on: 1)
            market.road.set(.none)
            // The first instance does not run any more. The others find the payments before and after these are due.
            for _ in 0..<40 {
                async let one: Void = market.wallet.instances[1].run("payments")
                async let two: Void = market.wallet.instances[2].run("payments")
                async let three: Void = market.wallet.instances[3].run("payments")
                _ = try await (one, two, three)
                market.clock.advance(by: .milliseconds(100))
            }
            for number in 201...200 + UInt64(Self.payments) {
                #expect(try await market.show(number).outcome == .paid)
            }
            #expect(answeredClaims(market, instances: 1..<4) == Self.payments)
            #expect(count("wallet_payment_claims_lost_total", market, instances: 1..<4) == 0)
        }
    }

    @Test func `instances share the payments of one that has ended, and claim each once`() async throws {
        try await Market.with(.postgreSQL, instances: 3) { market in
            try await market.wallet.run("payments")
            // The start of the instances ends, during which they look at each run.
            market.clock.advance(by: .seconds(10))
            try await begin(market)
            market.road.set(.none)
            // The first instance does not run any more.
            market.clock.advance(by: Attempts.firstPause + .milliseconds(900))
            for instance in 1...2 { try await market.wallet.instances[instance].run("payments") }
            let own = count("wallet_payment_claims_total", market, instances: 1..<3)
            #expect(own == Self.payments * 2 / 3, "the first instance still has time for its own")
            market.clock.advance(by: .seconds(10))
            for _ in 0..<Self.payments {
                for instance in 1...2 { try await market.wallet.instances[instance].run("payments") }
                market.clock.advance(by: .milliseconds(100))
            }
            for number in 201...200 + UInt64(Self.payments) {
                #expect(try await market.show(number).outcome == .paid)
            }
            #expect(count("wallet_payment_claims_total", market, instances: 1..<3) == Self.payments)
            #expect(count("wallet_payment_claims_lost_total", market, instances: 1..<3) == 0)
        }
    }
}
