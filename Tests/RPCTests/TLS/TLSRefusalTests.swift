import COpenSSL
import Certificates
import Identity
import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

/// Which connections TLS refuses, and with which words.
@Suite struct TLSRefusalTests {
    private static let site = TestSite()

    /// A server whose certificate is made like this, and the words of the client's failure.
    private static let servers: [(name: String, hosts: [String], age: Duration, problem: String?)] = [
        ("valid", ["127.0.0.1"], .zero, nil),
        ("expired", ["127.0.0.1"], .days(2), "its certificate has expired"),
        ("not yet valid", ["127.0.0.1"], .zero - .days(2), "not valid yet: compare the clocks"),
        ("of another address", ["127.0.0.2"], .zero, "its certificate is for other names"),
        ("of a name", ["localhost"], .zero, "its certificate is for other names"),
        ("of many names", ["concert.example", "::1", "127.0.0.1"], .zero, nil),
    ]

    @Test(arguments: servers.indices)
    func `a client checks time and names of the server's certificate`(index: Int) throws {
        let row = Self.servers[index]
        let made = Timestamp.now - row.age
        let world = try TLSWorld(site: Self.site, server: Self.site.context(.server, hosts: row.hosts, at: made))
        let problem = try world.problem(of: world.client())
        if let expected = row.problem {
            #expect(problem?.contains(expected) == true, "\(row.name): \(problem ?? "accepted")")
            #expect(problem?.contains("\(world.address)") == true)
        } else {
            #expect(problem == nil, "\(row.name)")
        }
    }

    @Test func `a client refuses a server of another authority`() throws {
        let world = try TLSWorld()
        let problem = try world.problem(of: world.client(trusting: TestSite()))
        #expect(problem?.contains("from an authority that this program does not trust") == true)
    }

    @Test func `a server refuses the certificate of another authority`() throws {
        let (world, stranger) = (try TLSWorld(), TestSite())
        let context = try TLSContext(
            .client, certificate: stranger.certificate(of: .wallet), trusting: .these(world.site.authorities), now: .now
        )
        let network = TLSNetwork(over: world.simulation.network, client: context)
        let client = Client(to: [world.address], on: world.simulation.loops, network: network)
        #expect(try world.problem(of: client) != nil)
        #expect(world.refusals.first?.contains("from an authority that this program does not trust") == true)
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 0)
    }

    @Test func `a client without TLS learns that the port needs it`() throws {
        let world = try TLSWorld()
        let problem = try world.problem(of: world.plainClient())
        #expect(problem?.contains(CallReason.tlsRequired.sentence) == true, "\(problem ?? "accepted")")
        #expect(world.refusals.first == "a connection without TLS")
    }

    @Test func `an optional server takes both kinds of connections, and one without TLS only plain ones`() throws {
        let world = try TLSWorld(.ofSite(.optional))
        #expect(try world.problem(of: world.plainClient()) == nil)
        #expect(try world.problem(of: world.client()) == nil)
        let off = try TLSWorld(.ofSite(.off))
        #expect(try off.problem(of: off.plainClient()) == nil)
        #expect(try off.problem(of: off.client())?.contains("it answers without encryption") == true)
    }

    private static let foreigners:
        [(name: String, refusal: String?, protocols: String, prepare: @Sendable (OpaquePointer) -> Void)] = [
            ("our protocol", nil, "onsale/1", { _ in }),
            ("our protocol among others", nil, "h2,onsale/1", { _ in }),
            ("another protocol", noProtocol, "h2", { _ in }),
            ("a longer protocol", noProtocol, "onsale/11", { _ in }),
            ("no protocol", noProtocol, "", { _ in }),
            (
                "TLS 1.2", "unsupported protocol", "onsale/1",
                { SSL_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil) }
            ),
            ("another group", "no suitable key share", "onsale/1", { setGroups($0, "P-521") }),
            (
                "another cipher", "no shared cipher", "onsale/1",
                { _ = SSL_set_ciphersuites($0, "TLS_AES_128_CCM_SHA256") }
            ),
        ]
    private static let noProtocol = "it does not name the protocol onsale/1 (ALPN)"

    @Test(arguments: foreigners.indices)
    func `a server speaks TLS 1.3 and our protocol only`(index: Int) throws {
        let row = Self.foreigners[index]
        let world = try TLSWorld()
        let protocols = row.protocols.split(separator: ",").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let client = ForeignClient(world, protocols: protocols, prepare: row.prepare)
        let isAccepted = row.refusal == nil
        #expect(client.isEstablished == isAccepted, "\(row.name)")
        #expect(client.isClosed != isAccepted && world.refusals.first == row.refusal, "\(row.name): \(world.refusals)")
        if isAccepted {
            let cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(client.connection))
            #expect(cipher.map { String(cString: $0) } == "TLS_AES_128_GCM_SHA256", "the server's first choice")
            #expect(
                SSL_session_reused(client.connection) == 0
                    && SSL_SESSION_has_ticket(SSL_get_session(client.connection)) == 0)
        }
    }

    @Test(
        arguments: [
            (.required, nil, true), (.required, .wallet, true), (.required, .edge, false),
        ] as [(TLSServerRules.Mode, KeyHolder?, Bool)])
    func `a direct connection from this machine may act as a program, but not as a web edge`(
        mode: TLSServerRules.Mode, holder: KeyHolder?, isAllowed: Bool
    ) throws {
        let world = try TLSWorld(.ofSite(mode), hooks: .ofServices)
        #expect(try isLetIn(try world.client(as: holder), world) == isAllowed)
    }

    @Test(
        arguments: [(nil, false), (.edge, false), (.queue, false), (.wallet, true), (.concert, true)]
            as [(KeyHolder?, Bool)])
    func `behind a proxy, only the certificate of a program lets a caller act as a service`(
        holder: KeyHolder?, isAllowed: Bool
    ) throws {
        let proxies = [try #require(IPRange("10.0.0.0/8"))]
        let world = try TLSWorld(.ofSite(.required, proxies: proxies), hooks: .ofServices)
        #expect(try isLetIn(try world.client(as: holder), world) == isAllowed)
    }

    private func isLetIn(_ client: Client, _ world: TLSWorld) throws -> Bool {
        let failure: RPCFailure? = try world.simulation.run {
            do throws(RPCFailure) {
                _ = try await EchoClient(client).add(AddRequest(amount: 1))
                return nil
            } catch { return error }
        }
        if let failure { #expect(failure.reason == "CERTIFICATE_MISSING" && failure.code == .permissionDenied) }
        return failure == nil
    }

    @Test func `texts that are no certificate, and keys that do not fit, are refused with words`() throws {
        let (one, other) = (Self.site.certificate(of: .wallet), Self.site.certificate(of: .wallet))
        let damaged = one.chain.replacing("MII", with: "AII", maxReplacements: 1)
        let cases: [(TLSCertificate, String)] = [
            (TLSCertificate(chain: "", key: one.key), "contains no certificate"),
            (TLSCertificate(chain: String(one.chain.dropLast(60)), key: one.key), "contains a damaged certificate"),
            (TLSCertificate(chain: damaged, key: one.key), "contains a damaged certificate"),
            (TLSCertificate(chain: one.chain, key: ""), "the key cannot be read"),
            (TLSCertificate(chain: one.chain, key: other.key), "the key does not belong to the certificate"),
        ]
        for (certificate, expected) in cases {
            let error = #expect(throws: TLSError.self) {
                try TLSContext(.server, certificate: certificate, trusting: .these(Self.site.authorities), now: .now)
            }
            #expect(error?.description.contains(expected) == true, "\(expected): \(error?.description ?? "")")
        }
        for (age, expected) in [(Duration.days(2), "expired at"), (.zero - .days(2), "is not valid before")] {
            let error = #expect(throws: TLSError.self) {
                try TLSContext(
                    .server, certificate: Self.site.certificate(of: .wallet, at: .now - age),
                    trusting: .these(Self.site.authorities), now: .now)
            }
            #expect(error?.description.contains(expected) == true)
        }
    }
}

extension ServerHooks {
    /// Accepts any credential as that of a service.
    fileprivate static let ofServices = ServerHooks(verify: { _ throws(RPCFailure) in
        Verified(Caller(user: .alice, role: .service), remaining: .hours(1))
    })
}

private func setGroups(_ connection: OpaquePointer, _ groups: String) {
    groups.withCString { _ = SSL_ctrl(connection, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: $0)) }
}
