import Kernel
import Telemetry
import Threads

/// The status port. It starts first and stops last, so that it reports the state of the other components.
struct StatusPort: Sendable {
    let component: Component
    /// Replaces the certificate of the port.
    let job: Job

    /// `tls` is nil for a port without TLS.
    init(at address: Address, _ tls: ServiceTLS?, _ log: Log, _ metrics: Metrics, _ health: Health) {
        let running = RunningServer()
        component = Component(
            "status",
            start: {
                let server = try StatusServer(
                    at: address, metrics: metrics, health: health, certificate: tls?.statusCertificate)
                running.server.withLock { $0 = server }
                log.info("status port open", ["address": "\(server.address)"])
            }, stop: { running.server.withLock { $0 }?.stop() })
        job = Job("status certificate", every: ServiceTLS.interval) {
            if let certificate = tls?.statusCertificate { running.server.withLock { $0 }?.use(certificate) }
        }
    }

    private final class RunningServer: Sendable {
        let server = Lock<StatusServer?>(nil)
    }
}
