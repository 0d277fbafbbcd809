import Kernel
import Telemetry
import Threads

/// The status port as a component. It starts first and stops last, so that it reports the state of the others.
final class StatusComponent: Sendable {
    private let address: Address
    private let environment: ProgramEnvironment
    private let server = Lock<StatusServer?>(nil)

    init(at address: Address, _ environment: ProgramEnvironment) {
        self.address = address
        self.environment = environment
    }

    var component: Component {
        Component("status", start: start, stop: stop)
    }

    private func start() throws {
        let started = try StatusServer(at: address, metrics: environment.metrics, health: environment.health)
        server.withLock { $0 = started }
        environment.log.info("status port open", ["address": "\(started.address)"])
    }

    private func stop() {
        server.withLock { $0 }?.stop()
    }
}
