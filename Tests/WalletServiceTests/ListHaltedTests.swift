import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct ListHaltedTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `100 halts are listed, and hasMore is set if there are more`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                for (number, hasMore) in [(100, false), (101, true)] as [(UInt64, Bool)] {
                    for payment in UInt64(number == 100 ? 1 : 101)...number {
                        try await market.halt(market.concertID, because: payment)
                    }
                    let reply = try await market.calls(of: .operator).listHalted(ListHaltedRequest())
                    #expect(reply.halts.count == 100 && reply.hasMore == hasMore)
                }
                try await market.wallet.run("late payments")
                #expect(market.number("wallet_halted_concerts") == 1)
            }
        }
    }
}
