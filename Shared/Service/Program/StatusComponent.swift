import Kernel
import Telemetry
import Threads

/// The status port as a component. It starts first and stops last, so that it reports the state of the others.
final class StatusComponent: Sendable {
    private let address: Address
    private let log: Log
    private let metrics: Metrics
    private let health: Health
    private let server = Lock<StatusServer?>(nil)

    init(at address: Address, _ log: Log, _ metrics: Metrics, _ health: Health) {
        self.address = address
        self.log = log
        self.metrics = metrics
        self.health = health
    }

    var component: Component {
        Component("status", start: start, stop: stop)
    }

    private func start() throws {
        let started = try StatusServer(at: address, metrics: metrics, health: health)
        server.withLock { $0 = started }
        log.info("status port open", ["address": "\(started.address)"])
    }

    private func stop() {
        server.withLock { $0 }?.stop()
    }
}
