import Kernel
import Threads

/// The status port as a part of a program: the first to start and the last to stop, so that it tells how far the others are.
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
