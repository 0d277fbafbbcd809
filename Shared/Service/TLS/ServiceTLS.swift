import Certificates
import CommandLine
import Identity
import Kernel
import Programs
import RPC
import Telemetry
import Threads

/// The certificate of a service: from files, or made from the key file. Replaces it while the service runs.
///
/// The other services always get a certificate from the key file, because it proves which service calls.
final class ServiceTLS: Sendable {
    /// The pause between two looks at the files.
    static let interval = Duration.seconds(5)
    /// A certificate from a file should be replaced this long before its end.
    private static let notice = Duration.days(7)

    private struct State {
        /// The contents of the files that were read last.
        var files: TLSFiles
        var current: TLSCertificate?
        /// The certificate is made again from this time on.
        var renewal: Timestamp?
        var expiry: Timestamp
        /// True if only the operator can replace the certificate that expires first.
        var isLasting = false
        var problem: String?
    }

    /// The network of the server and of the clients of this service.
    let network: TLSNetwork
    private let keys: KeyFile
    private let subject: CertificateSubject
    private let configuration: Configuration
    private let clock: any Clock
    private let log: Log
    private let state: Lock<State>
    private let usesTLS: Bool

    /// Throws if a file cannot be used.
    init(
        _ holder: KeyHolder, at address: Address, over inner: any Network, _ configuration: Configuration,
        keys: KeyFile, clock: any Clock, log: Log, metrics: Metrics
    ) throws {
        self.keys = keys
        self.configuration = configuration
        self.clock = clock
        self.log = log
        subject = CertificateSubject(holder, hosts: MachineNames.all + (configuration[TLSOptions.hosts] ?? []))
        let rules = TLSServerRules.ofService(
            TLSOptions.mode(configuration, at: address), proxies: configuration[ProgramOptions.proxies] ?? [])
        usesTLS = rules.mode != .off
        if rules.mode != .required, !address.isLoopback {
            log.warning("other machines can connect without TLS", ["tls": "\(rules.mode)"])
        }
        network = TLSNetwork(over: inner, rules, report: Self.reporter(log, metrics))
        let files = try TLSFiles(configuration)
        state = Lock(State(files: files, expiry: clock.now))
        if usesTLS { try use(files) }
        metrics.gauge(
            "tls_certificate_expiry_seconds", "Time until the certificate for clients expires. 0 without TLS."
        ) { [self] in
            usesTLS ? Double((state.withLock { $0.expiry } - clock.now).milliseconds) / 1000 : 0
        }
        metrics.gauge(
            "tls_certificate_problem", "1 if the certificate expires soon, or if a new file cannot be used."
        ) { [self] in problem == nil ? 0 : 1 }
    }

    /// The certificate of the status port. Nil without TLS.
    var statusCertificate: StatusCertificate? {
        state.withLock { $0.current }.map { StatusCertificate(chain: $0.chain, key: $0.key) }
    }

    /// Makes contexts from `files` and the key file, and uses them for new connections.
    private func use(_ files: TLSFiles) throws {
        let now = clock.now
        let own = ProgramCertificate(keys, for: subject, now: now)
        let made = TLSCertificate(chain: own.certificates, key: own.key)
        let shown = files.certificate ?? made
        func context(
            _ side: TLSContext.Side, _ certificate: TLSCertificate, _ more: String?, of option: Option<String?>
        ) throws -> TLSContext {
            do {
                return try TLSContext(
                    side, certificate: certificate, trusting: .these(own.authorities + (more ?? "")), now: now)
            } catch {
                let names = [
                    files.certificate == certificate ? TLSOptions.certificate.flag : nil,
                    more == nil ? nil : option.flag,
                ]
                let source = names.compactMap { $0 }.joined(separator: ", ")
                throw CommandLineError("\(source.isEmpty ? "the certificate of the key file" : source): \(error)")
            }
        }
        let server = try context(
            .server, shown, files.clientAuthorities, of: TLSOptions.clientAuthorities)
        let client = try context(.client, made, files.authorities, of: TLSOptions.authorities)
        network.use(server: server, client: client)
        // The service itself replaces the other ones in time.
        let lasting = (files.certificate == nil ? [] : [server.expiry]) + (own.renewal == nil ? [client.expiry] : [])
        let ends = lasting.isEmpty ? [server.expiry] : lasting
        state.withLock { state in
            state = State(
                files: files, current: shown, renewal: own.renewal, expiry: ends.compactMap { $0 }.min() ?? now,
                isLasting: !lasting.isEmpty)
        }
    }

    var problem: String? {
        let now = clock.now
        return state.withLock { state in
            if let problem = state.problem { return problem }
            guard state.isLasting, now + Self.notice > state.expiry else { return nil }
            return "the certificate expires at \(state.expiry): replace it"
        }
    }

    /// Replaces the certificate if a file has changed or if it is time to renew. Bad files change nothing.
    var job: Job {
        Job("certificates", every: Self.interval) { [self] in
            guard usesTLS else { return }
            let before = problem
            let isDue = state.withLock { $0.renewal.map { clock.now >= $0 } ?? false }
            do {
                let files = try TLSFiles(configuration)
                if state.withLock({ $0.files != files || $0.problem != nil }) || isDue {
                    try use(files)
                    log.info("certificate replaced", ["until": "\(state.withLock { $0.expiry })"])
                }
            } catch {
                state.withLock { $0.problem = "\(error)" }
            }
            if let problem, problem != before { log.error("certificate", ["problem": "\(problem)"]) }
        }
    }

    private static func reporter(_ log: Log, _ metrics: Metrics) -> @Sendable (TLSEvent) -> Void {
        let handshakes = metrics.counters(
            "rpc_handshakes_total", "New connections: established with TLS, refused, or closed because of a crowd.",
            labels: ["outcome"])
        let (established, crowded) = (handshakes.with("established"), handshakes.with("crowded"))
        let refused = handshakes.with("refused")
        return { event in
            switch event {
            case .established: established.increment()
            case .crowded: crowded.increment()
            case .refused(let peer, let reason):
                refused.increment()
                log.info("connection refused", ["peer": "\(peer)", "reason": "\(reason)"])
            }
        }
    }
}

extension TLSServerRules {
    /// The rules of a port for the three services, web edges, and clients without a certificate.
    package static func ofService(_ mode: Mode, proxies: [IPRange] = []) -> TLSServerRules {
        let programs = KeyHolder.allCases.filter { $0 != .edge }.map(\.uri)
        return TLSServerRules(mode, proxies: proxies, programs: Set(programs), edge: KeyHolder.edge.uri)
    }
}

/// The contents of the files for TLS.
private struct TLSFiles: Equatable {
    let certificate: TLSCertificate?
    let clientAuthorities: String?
    let authorities: String?

    init(_ configuration: Configuration) throws {
        clientAuthorities = try configuration.text(of: TLSOptions.clientAuthorities)
        authorities = try configuration.text(of: TLSOptions.authorities)
        guard let chain = try configuration.text(of: TLSOptions.certificate),
            let key = try configuration.text(of: TLSOptions.key, isSecret: true)
        else {
            certificate = nil
            return
        }
        certificate = TLSCertificate(chain: chain, key: key)
    }
}
