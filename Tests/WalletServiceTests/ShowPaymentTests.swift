import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct ShowPaymentTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `a payer sees the payment as Pay answered it`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let payment = try await market.pay(try await market.reserve("1"))
                #expect(try await market.show() == payment)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a payment of another user is refused, and so is an unknown one`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                _ = try await market.pay(try await market.reserve("1"), number: 30)
                await refused("PAYMENT_UNKNOWN") { try await market.show(30, of: .bob) }
                await refused("PAYMENT_UNKNOWN") { try await market.show(31) }
            }
        }
    }
}
