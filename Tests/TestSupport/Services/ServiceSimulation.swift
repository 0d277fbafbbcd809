import Identity
import Kernel
import Programs
import RPC
import Service

/// A context in memory, in one thread. Its jobs run by the simulated clock.
package struct ServiceSimulation: Sendable {
    package nonisolated(unsafe) let simulation: Simulation  // Used by the simulation's one thread only.
    package let keys: KeyFile
    package let instance: ServiceInstance

    package var clock: ManualClock { simulation.clock }
    package var network: SimulatedNetwork { simulation.network }

    package init(
        _ context: ServiceContext, seed: UInt64 = 1, keys: KeyFile = .random(), arguments: [String] = []
    ) throws {
        let simulation = Simulation(seed: seed)
        self.simulation = simulation
        self.keys = keys
        instance = try ServiceInstance(
            context, on: "sqlite::memory:", keys: keys, clock: simulation.clock, loops: simulation.loops,
            network: simulation.network, arguments: arguments)
        for job in instance.jobs {
            simulation.start { [clock = simulation.clock] in
                while (try? await job.run()) != nil, (try? await clock.sleep(for: job.interval)) != nil {}
            }
        }
    }

    package func client(of caller: TestCaller?) -> Client {
        var settings = ClientSettings()
        settings.credential = caller?.credential(keys) ?? []
        settings.seed = 1
        return Client(
            to: [instance.address], on: simulation.loops, network: simulation.network, settings: settings)
    }

    package func run<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) throws -> Output {
        try simulation.run(body)
    }
}
