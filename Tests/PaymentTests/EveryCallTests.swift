import ConcertService
import Kernel
import QueueService
import RPC
import Service
import TestSupport
import Testing
import WalletService

/// Every call of the three services is safe to repeat, on each engine and with distributed tables.
@Suite struct EveryCallTests {
    @Test(arguments: Engine.available + [.distributed])
    func `each call has its first answer when it is repeated with its id`(engine: Engine) async throws {
        try await TestService.with(.concert, on: engine) { concert in
            try await TestService.with(.queue, on: engine, keys: concert.keys, clock: concert.clock) { queue in
                let arguments = [
                    "--concert", "\(concert.instances[0].address)", "--queue", "\(queue.instances[0].address)",
                ]
                try await TestService.with(
                    .wallet, on: engine, keys: concert.keys, clock: concert.clock, arguments: arguments
                ) { wallet in
                    let calls = EveryCall(
                        queue: { queue.client(of: $0) }, concert: { concert.client(of: $0) },
                        wallet: { wallet.client(of: $0) }, now: concert.clock.now)
                    let violations = try await calls.violations()
                    #expect(violations == [])
                }
            }
        }
    }
}
