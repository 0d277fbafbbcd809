import Certificates
import Identity
import Kernel
import RPC
import TestSupport
import Testing
import Threads

/// An echo server with TLS, in a simulation. Clients have their own networks, which tests can disturb.
struct TLSWorld: Sendable {
    nonisolated(unsafe) let simulation: Simulation  // Used by the simulation's one thread only.
    let site: TestSite
    let network: TLSNetwork
    let events = Recorder<TLSEvent>()
    let echo: EchoServer
    let server: Server
    let address: Address

    init(
        _ rules: TLSServerRules = .ofSite(.required), site: TestSite = TestSite(), server context: TLSContext? = nil,
        limits: Limits = Limits(), hooks: ServerHooks = .trusting
    ) throws {
        simulation = Simulation()
        self.site = site
        network = TLSNetwork(
            over: simulation.network, rules, server: try context ?? site.context(.server), report: events.add)
        echo = EchoServer(clock: simulation.clock)
        server = Server([echo.service], on: simulation.loops, network: network, limits: limits, hooks: hooks)
        address = try server.listen(on: .loopback(0))
    }

    /// A client with the certificate of a program, or without one.
    func client(
        as holder: KeyHolder? = nil, trusting other: TestSite? = nil, over tap: WireTap? = nil,
        at address: Address? = nil, settings: ClientSettings = .alice
    ) throws -> Client {
        let authorities = (other ?? site).authorities
        let context = try TLSContext(
            .client, certificate: holder.map { site.certificate(of: $0) }, trusting: .these(authorities), now: .now)
        let network = TLSNetwork(over: tap ?? simulation.network, client: context)
        var settings = settings
        settings.seed = 1
        return Client(to: [address ?? self.address], on: simulation.loops, network: network, settings: settings)
    }

    func plainClient() -> Client {
        Client(to: [address], on: simulation.loops, network: simulation.network, settings: .alice)
    }

    /// Calls once. Returns the text of the failure, or nil.
    func problem(of client: Client) throws -> String? {
        try simulation.run {
            do throws(RPCFailure) {
                _ = try await EchoClient(client).echo(EchoRequest(payload: [1]), CallOptions(timeout: .seconds(8)))
                return nil
            } catch { return error.message }
        }
    }

    var refusals: [String] {
        events.all.compactMap { if case .refused(_, let problem) = $0 { problem } else { nil } }
    }
}

extension TLSServerRules {
    static func ofSite(_ mode: Mode, proxies: [IPRange] = []) -> TLSServerRules {
        TLSServerRules(
            mode, proxies: proxies, programs: [KeyHolder.wallet.uri, KeyHolder.concert.uri], edge: KeyHolder.edge.uri)
    }
}

extension Timestamp {
    /// The time of the machine, because the TLS library compares certificates with it.
    static var now: Timestamp { SystemClock().now }
}

/// A site authority, which makes certificates for programs at 127.0.0.1.
struct TestSite: Sendable {
    private let keys = KeyFile.random()

    var authorities: String { PEM.text(of: SiteAuthority(keys)!.certificates) }

    func certificate(
        of holder: KeyHolder, hosts: [String] = ["127.0.0.1"], at now: Timestamp = .now,
        validFor validity: Duration = .hours(1)
    ) -> TLSCertificate {
        let key = SigningKey.random()
        let subject = CertificateSubject(holder, hosts: hosts)
        let certificate = SiteAuthority(keys)!.certificate(for: subject, key: key, validFor: validity, now: now)
        return TLSCertificate(chain: PEM.text(of: [certificate]), key: PEM.text(of: key))
    }

    func context(
        _ side: TLSContext.Side, hosts: [String] = ["127.0.0.1"], at now: Timestamp = .now, bytesPerKey: Int = .max
    ) throws -> TLSContext {
        try TLSContext(
            side, certificate: certificate(of: .concert, hosts: hosts, at: now), trusting: .these(authorities),
            now: now, bytesPerKey: bytesPerKey)
    }
}
