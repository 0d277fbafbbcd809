import Certificates
import CommandLine
import Files
import Identity
import Kernel
import Programs
import RPC
import Telemetry
import TestSupport
import Testing
import Threads

@testable import Service

/// The certificates of services: made from the key file or read from files, and replaced while they run.
@Suite struct ServiceTLSTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock(at: SystemClock().now)
    private let metrics = Metrics()
    private let logged = Recorder<String>()
    private let keys = KeyFile.random()

    /// A service at a port that requires TLS.
    private func tls(
        _ holder: KeyHolder = .concert, _ arguments: [String] = [], keys: KeyFile? = nil, on loops: Loops
    ) throws -> ServiceTLS {
        let options = Options("example", "an example", TLSOptions.all, checks: [TLSOptions.check])
        guard case .configuration(let configuration) = try options.read(arguments) else {
            preconditionFailure("no test passes --help")
        }
        return try ServiceTLS(
            holder, at: Address(host: "0.0.0.0", port: 0), over: TCP(on: loops), configuration, keys: keys ?? self.keys,
            clock: clock, log: Log(clock: clock, write: logged.add), metrics: Metrics())
    }

    /// Returns the failure of a call from one network to a server on another, or nil.
    private func failure(from client: any Network, to server: any Network, on loops: Loops) async throws -> RPCFailure?
    {
        let server = Server(
            [EchoServer(clock: clock).service], on: loops, network: server,
            hooks: ServerHooks(verify: { _ throws(RPCFailure) in
                Verified(Caller(user: .alice, role: .service), remaining: .hours(1))
            }))
        let address = try server.listen(on: .loopback(0))
        var settings = ClientSettings.alice
        settings.longestConnectionWait = .milliseconds(200)
        let client = Client(to: [address], on: loops, network: client, settings: settings)
        var failure: RPCFailure?
        do throws(RPCFailure) { _ = try await EchoClient(client).add(AddRequest(amount: 1)) } catch { failure = error }
        await client.shutdown()
        await server.shutdown()
        return failure
    }

    @Test func `services with one key file trust each other, and those with another do not`() async throws {
        let loops = Loops(count: 1)
        let (wallet, concert) = (try tls(.wallet, on: loops), try tls(.concert, on: loops))
        #expect(try await failure(from: wallet.network, to: concert.network, on: loops) == nil)
        let stranger = try tls(.wallet, keys: .random(), on: loops)
        let refused = try await failure(from: stranger.network, to: concert.network, on: loops)
        #expect(refused?.message.contains("from an authority that this program does not trust") == true)
        loops.stop()
    }

    @Test func `split key files bring their certificates`() async throws {
        let loops = Loops(count: 1)
        func part(_ holder: KeyHolder) throws -> KeyFile {
            try keys.split(for: holder, hosts: ["127.0.0.1"], validFor: .hours(1), now: clock.now)
        }
        let wallet = try tls(.wallet, keys: part(.wallet), on: loops)
        let concert = try tls(.concert, keys: part(.concert), on: loops)
        #expect(try await failure(from: wallet.network, to: concert.network, on: loops) == nil)
        loops.stop()
    }

    @Test(arguments: [("required", false), ("optional", true), ("off", true)])
    func `a service warns that other machines can connect without TLS`(mode: String, warns: Bool) throws {
        let loops = Loops(count: 1)
        _ = try tls(.concert, ["--tls", mode], on: loops)
        #expect(logged.all.contains { $0.contains("other machines can connect without TLS") } == warns)
        loops.stop()
    }

    @Test func `a certificate from the key file is replaced after half of its life`() async throws {
        let loops = Loops(count: 1)
        let tls = try tls(on: loops)
        let first = tls.statusCertificate
        try await tls.job.run()
        #expect(tls.statusCertificate == first)
        clock.advance(by: ProgramCertificate.lifetime / 2)
        try await tls.job.run()
        #expect(tls.statusCertificate != first && tls.problem == nil)
        loops.stop()
    }

    /// Writes a certificate and its key as an operator would.
    private func write(
        _ site: KeyFile, certificate: Bool = true, key: Bool = true, validFor validity: Duration = .days(90)
    ) throws {
        let secret = SigningKey.random()
        let der = try #require(SiteAuthority(site)).certificate(
            for: CertificateSubject(name: "proxy", holder: nil, hosts: ["127.0.0.1"]), key: secret, validFor: validity,
            now: clock.now)
        if key { try AtomicFile.write(PEM.text(of: secret), to: folder.path + "/tls.key") }
        if certificate { try AtomicFile.write(PEM.text(of: [der]), to: folder.path + "/tls.pem") }
    }

    private var files: [String] {
        ["--tls-certificate", folder.path + "/tls.pem", "--tls-key", folder.path + "/tls.key"]
    }

    @Test func `files win, are read again when they change, and a bad one keeps the old one`() async throws {
        let (loops, other) = (Loops(count: 1), KeyFile.random())
        try write(other)
        let concert = try tls(.concert, files, on: loops)
        let trusting = ["--tls-ca", folder.path + "/ca.pem"]
        try AtomicFile.write(PEM.text(of: try #require(SiteAuthority(other)).certificates), to: folder.path + "/ca.pem")
        let wallet = try tls(.wallet, trusting, on: loops)
        #expect(try await failure(from: wallet.network, to: concert.network, on: loops) == nil)
        let first = concert.statusCertificate

        try write(other, key: false)
        try await concert.job.run()
        #expect(
            concert.problem
                == "--tls-certificate: the key does not belong to the certificate: pass the key that was made with it")
        #expect(concert.statusCertificate == first)
        #expect(try await failure(from: wallet.network, to: concert.network, on: loops) == nil)
        try await concert.job.run()
        #expect(logged.all.filter { $0.contains("problem=") }.count == 1, "one line for each problem")

        try write(other)
        try await concert.job.run()
        #expect(concert.problem == nil && concert.statusCertificate != first)
        #expect(try await failure(from: wallet.network, to: concert.network, on: loops) == nil)

        try write(other, validFor: .days(6))
        try await concert.job.run()
        #expect(concert.problem?.contains("the certificate expires at") == true)
        loops.stop()
    }

    @Test func `a key that other users can read is refused`() throws {
        let loops = Loops(count: 1)
        try write(keys)
        _ = Command.run("chmod", "640", folder.path + "/tls.key")
        let error = #expect(throws: CommandLineError.self) { try tls(.concert, files, on: loops) }
        let path = folder.path + "/tls.key"
        #expect(error?.description.hasPrefix("--tls-key: other users can read \(path): run chmod 600 \(path)") == true)
        loops.stop()
    }

    @Test func `files that cannot be used at the start are refused, with the flag`() throws {
        let loops = Loops(count: 1)
        #expect(throws: CommandLineError("--tls-certificate: there is no file \(folder.path)/tls.pem")) {
            try tls(.concert, files, on: loops)
        }
        #expect(throws: CommandLineError("--tls-ca: there is no file \(folder.path)/none")) {
            try tls(.concert, ["--tls-ca", folder.path + "/none"], on: loops)
        }
        loops.stop()
    }

    @Test func `the status port speaks TLS 1.3 only, and its certificate is replaced without closing the port`()
        async throws
    {
        let loops = Loops(count: 1)
        let (first, second) = (try tls(on: loops), try tls(on: loops))
        let server = try StatusServer(
            at: .loopback(0), metrics: metrics, health: Health(), certificate: first.statusCertificate)
        let authority = folder.path + "/ca.pem"
        try AtomicFile.write(PEM.text(of: try #require(SiteAuthority(keys)).certificates), to: authority)
        func get(_ options: [String] = []) async throws -> Command.Outcome {
            let words = ["curl", "--silent", "--cacert", authority] + options + ["https://\(server.address)/healthz"]
            return try await onThread { Command.run(words) }
        }
        #expect(try await get().output == "ok\n")
        #expect(try await get(["--tls-max", "1.2"]).status != 0)
        server.use(try #require(second.statusCertificate))
        #expect(try await get().output == "ok\n")
        server.use(StatusCertificate(chain: "damaged", key: "damaged"))
        #expect(try await get().output == "ok\n", "a certificate that cannot be used changes nothing")
        server.stop()
        loops.stop()
    }

    @Test func `the names of this machine are in its certificate, each once`() {
        #expect(MachineNames.all.prefix(3) == ["localhost", "127.0.0.1", "::1"])
        #expect(Set(MachineNames.all).count == MachineNames.all.count)
    }
}
