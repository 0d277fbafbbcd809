import CommandLine
import Kernel
import Programs
import RPC
import Telemetry
import Threads

/// The certificates for browsers and for the services. Replaces them when their files change.
final class WebCertificates: Sendable {
    /// The pause between two readings of the files.
    private static let interval = Duration.seconds(5)
    /// A certificate should be replaced this long before its end.
    private static let notice = Duration.days(7)

    private struct State {
        var files: WebFiles
        /// The end of the certificate that expires first. Nil without one.
        var expiry: Timestamp?
        /// True if the files that were read last cannot be used.
        var isRefused = false
    }

    /// The network for calls to the services.
    let network: TLSNetwork
    private let configuration: Configuration
    private let clock: any Clock
    private let log: Log
    private let state: Lock<State>

    /// Throws if a file cannot be used.
    init(
        _ configuration: Configuration, over inner: any Network, clock: any Clock, log: Log, metrics: Metrics
    ) throws(CommandLineError) {
        self.configuration = configuration
        self.clock = clock
        self.log = log
        let files = try WebFiles(configuration)
        let contexts = try files.contexts(now: clock.now)
        network = TLSNetwork(over: inner, client: contexts.services)
        state = Lock(State(files: files, expiry: contexts.expiry))
        metrics.gauge("tls_certificate_expiry_seconds", "Time until a certificate expires. 0 without TLS.") { [self] in
            Double((timeLeft ?? .zero).milliseconds) / 1000
        }
        metrics.gauge("tls_certificate_problem", "1 if a certificate expires soon, or if a new file cannot be used.") {
            [self] in
            state.withLock { $0.isRefused } || (timeLeft.map { $0 < Self.notice } ?? false) ? 1 : 0
        }
    }

    private var timeLeft: Duration? { state.withLock { $0.expiry }.map { $0 - clock.now } }

    var ofSite: StatusCertificate? { state.withLock { $0.files.certificate } }

    /// True if the services accept the addresses of buyers.
    var isEdge: Bool { state.withLock { $0.files.edgeCertificate != nil } }

    /// Uses changed files for new connections. Keeps the old certificates if the new ones cannot be used.
    func job(for server: HTTPServer) -> Job {
        Job("certificates", every: Self.interval) { [self] in
            do {
                let files = try WebFiles(configuration)
                guard state.withLock({ $0.files != files || $0.isRefused }) else { return }
                let contexts = try files.contexts(now: clock.now)
                try server.use(files.certificate)
                network.use(server: nil, client: contexts.services)
                state.withLock { $0 = State(files: files, expiry: contexts.expiry) }
                log.info("certificates replaced")
            } catch {
                state.withLock { $0.isRefused = true }
                throw error
            }
        }
    }
}
