import Kernel
import Telemetry
import Threads

/// The status port. It starts first and stops last, so that it reports the state of the other components.
package struct StatusPort: Sendable {
    package let component: Component
    private let running: RunningServer
    private let certificate: @Sendable () -> StatusCertificate?

    /// `certificate` returns nil for a port without TLS.
    package init(
        at address: Address, _ frame: ProgramFrame, certificate: @escaping @Sendable () -> StatusCertificate? = { nil }
    ) {
        let running = RunningServer()
        component = Component(
            "status",
            start: {
                let server = try StatusServer(
                    at: address, metrics: frame.metrics, health: frame.health, certificate: certificate())
                running.server.withLock { $0 = server }
                frame.log.info("status port open", ["address": "\(server.address)"])
            }, stop: { running.server.withLock { $0 }?.stop() })
        self.running = running
        self.certificate = certificate
    }

    /// Replaces the certificate of the port.
    package func job(every interval: Duration) -> Job {
        Job("status certificate", every: interval) { [running, certificate] in
            if let certificate = certificate() { running.server.withLock { $0 }?.use(certificate) }
        }
    }

    private final class RunningServer: Sendable {
        let server = Lock<StatusServer?>(nil)
    }
}
