import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct ShowBalanceTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a user sees the own balances only, by currency`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, arguments: ["--top-up-by", "user"]) { wallet in
                let alice = WalletClient(wallet.client(of: .alice))
                for (number, currency) in [(1, "USD"), (2, "EUR")] as [(UInt64, String)] {
                    _ = try await alice.topUp(
                        TopUpRequest(amount: 100 * number, currency: currency),
                        CallOptions(requestID: .numbered(number)))
                }
                #expect(
                    try await alice.showBalance(ShowBalanceRequest()).balances == [
                        Balance(currency: "EUR", available: 200, pending: 0, createdAt: .noon, updatedAt: .noon),
                        Balance(currency: "USD", available: 100, pending: 0, createdAt: .noon, updatedAt: .noon),
                    ])
                let bob = WalletClient(wallet.client(of: .bob))
                #expect(try await bob.showBalance(ShowBalanceRequest()).balances.isEmpty)
            }
        }
    }
}
