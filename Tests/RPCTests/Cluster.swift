import Kernel
import RPC
import TestSupport

/// Several servers of one simulation, and a client of all of them.
struct Cluster: Sendable {
    nonisolated(unsafe) let simulation: Simulation  // Used by the simulation's one thread only.
    let servers: [Server]
    let echoes: [EchoServer]
    let addresses: [Address]
    let client: Client

    var calls: EchoClient { EchoClient(client) }

    init(_ count: Int, seed: UInt64 = 1, settings: ClientSettings = .alice) throws {
        let simulation = Simulation(seed: seed)
        self.simulation = simulation
        let echoes = (0..<count).map { _ in EchoServer(clock: simulation.clock) }
        let servers = echoes.map {
            Server([$0.service], on: simulation.loops, network: simulation.network, hooks: .trusting)
        }
        var addresses: [Address] = []
        for server in servers { addresses.append(try server.listen(on: .loopback(0))) }
        self.echoes = echoes
        self.servers = servers
        self.addresses = addresses
        var settings = settings
        settings.seed = seed
        client = Client(to: addresses, on: simulation.loops, network: simulation.network, settings: settings)
    }

    func runs(_ method: MethodDescription) -> [Int] { echoes.map { $0.runCount(of: method) } }
}
