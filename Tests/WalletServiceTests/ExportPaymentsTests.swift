import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI
import WalletDomain

@testable import WalletService

@Suite struct ExportPaymentsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `an operator reads the payments of all users, or those for one concert`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(2 * Market.price)
                try await market.topUp(Market.price, for: .bob, number: 11)
                for (number, caller) in [(1, .alice), (2, .bob), (3, .alice)] as [(UInt64, TestCaller)] {
                    let reservation = try await market.reserve("\(number)", by: caller, number: 20 + number)
                    _ = try await market.pay(reservation, by: caller, number: 30 + number)
                }
                let calls = market.calls(of: .operator)
                let all = try await calls.exportPayments(ExportPaymentsRequest())
                #expect(Set(all.payments.map(\.paymentID)) == [.numbered(31), .numbered(32), .numbered(33)])
                #expect(all.payments.compactMap(\.userID) == all.payments.compactMap(\.userID).sorted())
                #expect(all.lastPaymentID == all.payments.last?.paymentID && !all.hasMore)
                let own = try await calls.exportPayments(ExportPaymentsRequest(concertID: market.concertID))
                #expect(own.payments == all.payments)
                let other = try await calls.exportPayments(ExportPaymentsRequest(concertID: .numbered(99)))
                #expect(other.payments.isEmpty && !other.hasMore)
            }
        }

        @Test(arguments: Engine.available)
        func `pages have each payment once, also those without a payment of the concert`(
            engine: Engine
        ) async throws {
            try await Market.with(engine, isAudited: false) { market in
                try await market.wallet.instances[0].database.transaction { tx in
                    for number in 1...1100 as ClosedRange<UInt64> {
                        let payment = Payment(
                            stored: PaymentID(high: 5, low: number), by: UserID(high: 4, low: number / 3), for: nil,
                            begunAt: .noon, state: .voided, reason: .cancelled, isAbortRequested: true, attempt: 0,
                            nextAttempt: nil, decidedAt: .noon, refund: nil, refundedAt: nil)
                        try PaymentTable.insertOwned([payment], tx)
                    }
                }
                for (concert, expected) in [(nil, 1100), (ConcertID.numbered(99), 0)] {
                    var request = ExportPaymentsRequest(concertID: concert)
                    var (found, pages) = ([PaymentID](), 0)
                    while true {
                        let page = try await market.calls(of: .operator).exportPayments(request)
                        (found, pages) = (found + page.payments.map(\.paymentID), pages + 1)
                        guard page.hasMore else { break }
                        (request.afterUserID, request.afterPaymentID) = (page.lastUserID, page.lastPaymentID)
                    }
                    #expect(found.count == expected && Set(found).count == expected && pages == 3)
                }
            }
        }
    }
}
