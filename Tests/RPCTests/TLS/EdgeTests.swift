import Identity
import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

/// A web edge tells the client of each call. It may do nothing else.
@Suite struct EdgeTests {
    private static let buyer = Address(host: "203.0.113.7", port: 50_312)

    /// Returns the reason of the failure of a call, or nil.
    private func refusal(
        of client: Client, in world: TLSWorld, naming peer: Address? = buyer
    ) throws -> RPCFailure? {
        try world.simulation.run {
            do throws(RPCFailure) {
                let options = CallOptions(timeout: .seconds(8), peer: peer)
                _ = try await EchoClient(client).echo(EchoRequest(), options)
                return nil
            } catch { return error }
        }
    }

    @Test(
        arguments: [
            (buyer, "203.0.113.7"), (Address(host: "2001:db8:1:2::7", port: 0), "2001:db8:1:2::/64"),
            (nil, "127.0.0.1"),
        ])
    func `the peer of a call is the one that a web edge tells`(peer: Address?, network: String) throws {
        let world = try TLSWorld()
        #expect(try refusal(of: world.client(as: .edge), in: world, naming: peer) == nil)
        let call = try #require(world.echo.lastCall)
        #expect(call.origin.network == network && call.peer == peer?.description ?? "127.0.0.1:1")
        #expect(!call.origin.mayActAsProgram)
    }

    @Test func `calls of several clients on one connection of an edge have their own peers`() throws {
        let world = try TLSWorld()
        let client = try world.client(as: .edge)
        var networks: [String?] = []
        for peer in [Self.buyer, nil, Address(host: "203.0.113.8", port: 1)] {
            #expect(try refusal(of: client, in: world, naming: peer) == nil)
            networks.append(world.echo.lastCall?.origin.network)
        }
        #expect(networks == ["203.0.113.7", "127.0.0.1", "203.0.113.8"])
    }

    @Test(arguments: [nil, .queue, .concert, .wallet] as [KeyHolder?])
    func `no other program can set the peer of a call`(holder: KeyHolder?) throws {
        let world = try TLSWorld(.ofSite(.optional))
        #expect(try refusal(of: world.client(as: holder), in: world)?.reason == "PEER_NOT_ALLOWED")
        #expect(try refusal(of: world.plainClient(), in: world)?.reason == "PEER_NOT_ALLOWED")
        #expect(world.echo.lastCall == nil)
    }

    @Test func `an edge with the certificate of another authority is refused`() throws {
        let (world, other) = (try TLSWorld(), TestSite())
        let context = try TLSContext(
            .client, certificate: other.certificate(of: .edge), trusting: .these(world.site.authorities), now: .now)
        let network = TLSNetwork(over: world.simulation.network, client: context)
        let client = Client(to: [world.address], on: world.simulation.loops, network: network, settings: .alice)
        #expect(try world.problem(of: client) != nil && world.echo.lastCall == nil)
    }

    @Test(arguments: TLSServerRules.Mode.allCases.filter { $0 != .off })
    func `a web edge is no service, also where others need no certificate`(mode: TLSServerRules.Mode) throws {
        let service = ServerHooks { _ throws(RPCFailure) in
            Verified(Caller(user: .alice, role: .service), remaining: .hours(1))
        }
        let world = try TLSWorld(.ofSite(mode), hooks: service)
        for peer in [Self.buyer, nil] {
            #expect(try refusal(of: world.client(as: .edge), in: world, naming: peer)?.reason == "CERTIFICATE_MISSING")
        }
        #expect(try refusal(of: world.client(as: .wallet), in: world, naming: nil) == nil)
    }

    @Test(arguments: ["203.0.113.7", "tickets.example:1", "[2001:db8::7]", "203.0.113.7:65536", "::1:5", "\u{FF}:1"])
    func `a peer that is no address with a port is refused, with the rule`(text: String) throws {
        let world = try TLSWorld()
        let context = try TLSContext(
            .client, certificate: world.site.certificate(of: .edge), trusting: .these(world.site.authorities), now: .now
        )
        let network = TLSNetwork(over: world.simulation.network, client: context)
        let wire = try world.simulation.rawConnection(to: world.address, waiting: .milliseconds(50), over: network)
        var request = try Envelope.request(1, EchoMethods.echo, EchoRequest())
        request.peer = text
        try wire.send(request)
        world.simulation.run(for: .milliseconds(50))
        let violation = try #require(wire.replies(to: 1).first?.status.map(RPCFailure.init)?.violation)
        #expect(violation.field == "peer" && violation.rule.contains("203.0.113.7:50312") && violation.got == text)
        #expect(world.echo.lastCall == nil)
    }
}
