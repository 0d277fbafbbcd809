import Database
import Identity
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI
import WalletService

/// The whole service in one thread, with a simulated clock and network.
@Suite struct SimulationTests {
    /// Returns the states of a payment that Concert never answers, and the number of connections that the service
    /// tried.
    private func history(seed: UInt64) throws -> [String] {
        let arguments = ["--concert", "127.0.0.1:1", "--queue", "127.0.0.1:1", "--top-up-by", "user"]
        let simulation = try ServiceSimulation(.wallet, seed: seed, arguments: arguments)
        let (clock, network) = (simulation.clock, simulation.network)
        let alice = WalletClient(simulation.client(of: .alice))
        return try simulation.run {
            var lines: [String] = []
            let topUp = TopUpRequest(amount: 5000, currency: "EUR")
            _ = try await alice.topUp(topUp, CallOptions(requestID: .numbered(1)))
            let request = PayRequest(
                paymentID: .numbered(2), concertID: .numbered(3),
                reservationID: .numbered(4), amount: 3000, currency: "EUR")
            let payment = try await alice.pay(request, CallOptions(timeout: .seconds(5))).payment
            lines.append("\(clock.uptime) \(payment.outcome) \(payment.askAgain)")
            for _ in 1...20 {
                try await clock.sleep(for: .seconds(3))
                let shown = try await alice.showPayment(ShowPaymentRequest(paymentID: request.paymentID)).payment
                lines.append("\(clock.uptime) \(shown.outcome) \(shown.askAgain) \(network.connectCount)")
            }
            return lines
        }
    }

    @Test func `a payer receives PENDING within the deadline, and the attempts continue`() throws {
        let lines = try history(seed: 1)
        #expect(lines.count == 21 && lines.allSatisfy { $0.contains("pending") }, "\(lines)")
        #expect(lines[1] != lines[20])
    }

    @Test func `a payer receives PENDING also if the database fails after the money was set aside`() throws {
        let simulation = Simulation()
        let keys = KeyFile.random()
        let wallet = try SimulatedProgram(
            .wallet, at: .loopback(7003), in: simulation, keys: keys,
            arguments: ["--concert", "127.0.0.1:1", "--top-up-by", "user"])
        try wallet.start()
        let client = Client(to: [wallet.address], on: simulation.loops, network: simulation.network)
        let alice = WalletClient(client)
        let payment = try simulation.run {
            let credential = TestCaller.alice.credential(keys)
            let topUp = TopUpRequest(amount: 5000, currency: "EUR")
            _ = try await alice.topUp(topUp, CallOptions(requestID: .numbered(1), credential: credential))
            wallet.didCommit = { wallet.faults.fail(.statement, count: .max, with: .ioError) }
            let request = PayRequest(
                paymentID: .numbered(2), concertID: .numbered(3),
                reservationID: .numbered(4), amount: 3000, currency: "EUR")
            let payment = try await alice.pay(request, CallOptions(timeout: .seconds(5), credential: credential))
                .payment
            await client.shutdown()
            return payment
        }
        #expect(payment.outcome == .pending)
        wallet.end()
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `the same seed gives the same history`(seed: UInt64) throws {
        let (first, second) = (try history(seed: seed), try history(seed: seed))
        #expect(first == second)
    }
}
