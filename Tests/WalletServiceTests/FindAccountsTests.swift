import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

/// Operators see the accounts, entries and payments of a user by login.
@Suite struct FindAccountsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `an operator sees the accounts, entries and payments that the user sees`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                let session = try await market.wallet.signUp(displayName: "Alice", number: 90)
                let alice = market.wallet.calls(session)
                let topUp = TopUpRequest(amount: 5000, currency: "EUR")
                let balance = try await alice.topUp(topUp, CallOptions(requestID: .numbered(91))).balance
                #expect(balance.createdAt == .noon && balance.updatedAt == .noon)
                market.clock.advance(by: .minutes(1))
                // Concert knows no such reservation, so the payment ends without a sale.
                let pay = PayRequest(
                    paymentID: .numbered(92), concertID: market.concertID, reservationID: .numbered(93), amount: 100,
                    currency: "EUR")
                let paid = try await alice.pay(pay).payment
                #expect(paid.userID == session.userID && paid.updatedAt == paid.decidedAt)
                for duty in [Duties.sales, .read] {
                    let support = WalletClient(market.wallet.client(of: .operator(with: duty)))
                    let found = try await support.findAccounts(FindAccountsRequest(name: "alice"))
                    #expect(found.user.userID == session.userID && found.user.displayName == "Alice")
                    #expect(found.balances == (try await alice.showBalance(ShowBalanceRequest()).balances))
                    #expect(found.balances[0].updatedAt == .noon + .minutes(1))
                    try await Self.expectEntriesAndPayments(support, paid)
                }
            }
        }

        private static func expectEntriesAndPayments(_ support: WalletClient, _ paid: WalletAPI.Payment) async throws {
            var request = FindEntriesRequest(name: "alice", currency: "EUR", pageSize: 2)
            let first = try await support.findEntries(request)
            #expect(first.entries.map(\.kind) == [.release, .setAside] && first.hasMore)
            request.beforeSerial = first.entries[1].serial
            #expect(try await support.findEntries(request).entries.map(\.kind) == [.topUp])
            #expect(try await support.findPayments(FindPaymentsRequest(name: "alice")).payments == [paid])
            #expect(try await support.findPayments(FindPaymentsRequest(paymentID: .numbered(92))).payments == [paid])
        }
    }

    struct Refuses {
        @Test func `an unknown user, an unknown payment, and neither or both of them`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let owner = wallet.owner
                await refused("NAME_UNKNOWN") { try await owner.findAccounts(FindAccountsRequest(name: "bob")) }
                await refused("NAME_UNKNOWN") {
                    try await owner.findEntries(FindEntriesRequest(name: "bob", currency: "EUR"))
                }
                await refused("NAME_UNKNOWN") { try await owner.findPayments(FindPaymentsRequest(name: "bob")) }
                await refused("PAYMENT_UNKNOWN") {
                    try await owner.findPayments(FindPaymentsRequest(paymentID: .numbered(9)))
                }
                for request in [FindPaymentsRequest(), FindPaymentsRequest(name: "bob", paymentID: .numbered(9))] {
                    await refused("INVALID_FIELD") { try await owner.findPayments(request) }
                }
                await refused("INVALID_FIELD") { try await owner.findAccounts(FindAccountsRequest()) }
            }
        }
    }
}
