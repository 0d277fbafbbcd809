import Kernel
import RPC

/// One echo server and one client in a simulation.
package struct EchoSimulation: Sendable {
    package nonisolated(unsafe) let simulation: Simulation  // Used by the simulation's one thread only.
    package let echo: EchoServer
    package let server: Server
    package let client: Client
    package let address: Address

    package var calls: EchoClient { EchoClient(client) }
    package var clock: ManualClock { simulation.clock }
    package var network: SimulatedNetwork { simulation.network }

    package init(
        seed: UInt64 = 1, loops: Int = 1, limits: Limits = Limits(), hooks: ServerHooks = .trusting,
        settings: ClientSettings = .alice, routes: [Route]? = nil
    ) throws {
        simulation = Simulation(seed: seed, loops: loops)
        echo = EchoServer(clock: simulation.clock)
        server = Server(
            [routes.map { ServedService(EchoMethods.service, $0) } ?? echo.service], on: simulation.loops,
            network: simulation.network, limits: limits, hooks: hooks)
        address = try server.listen(on: .loopback(0))
        var settings = settings
        settings.seed = seed
        client = Client(to: [address], on: simulation.loops, network: simulation.network, settings: settings)
    }

    package func run<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) throws -> Output {
        try simulation.run(body)
    }
}

extension UserID {
    package static let alice = UserID(high: 1, low: 1)
    package static let bob = UserID(high: 1, low: 2)
}

extension ServerHooks {
    /// Accepts any credential as that of the user alice.
    package static let trusting = ServerHooks(verify: { _ throws(RPCFailure) in
        Verified(Caller(user: .alice, role: .user), remaining: .hours(1))
    })
}

extension ClientSettings {
    /// Settings with a credential that a trusting server accepts.
    package static var alice: ClientSettings {
        var settings = ClientSettings()
        settings.credential = [1]
        return settings
    }
}
