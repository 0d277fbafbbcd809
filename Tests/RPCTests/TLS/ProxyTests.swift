import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

@Suite struct ProxyTests {
    /// The header of a proxy for a client, as the specification shows it.
    private static func header(_ client: [UInt8], _ proxy: [UInt8], port: UInt16 = 0xabcd, extra: [UInt8] = [])
        -> [UInt8]
    {
        let addresses = client + proxy + [UInt8(port >> 8), UInt8(port & 0xff), 0x1b, 0x59] + extra
        return [
            0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21,
            client.count == 4 ? 0x11 : 0x21,
        ]
            + [UInt8(addresses.count >> 8), UInt8(addresses.count & 0xff)] + addresses
    }

    private static let v4 = header([203, 0, 113, 9], [10, 0, 0, 1])
    private static let v6 = header(
        [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1], Array(repeating: 0, count: 16))
    private static let health: [UInt8] = Array(v4.prefix(12)) + [0x20, 0x00, 0, 0]

    private func world(_ proxies: String = "127.0.0.0/8", limits: Limits = Limits()) throws -> TLSWorld {
        try TLSWorld(.ofSite(.optional, proxies: [try #require(IPRange(proxies))]), limits: limits)
    }

    @Test(
        arguments: [
            (v4, "203.0.113.9:43981", "203.0.113.9"), (v6, "[2001:db8::1]:43981", "2001:db8::/64"),
            (header([203, 0, 113, 9], [10, 0, 0, 1], extra: [0x04, 0, 1, 7]), "203.0.113.9:43981", "203.0.113.9"),
            (health, "127.0.0.1:1", "127.0.0.1"), ([], "127.0.0.1:1", "127.0.0.1"),
        ])
    func `the address in the header is that of the call`(header: [UInt8], peer: String, network: String) throws {
        let world = try world()
        for size in [1, 7, 1000] {
            let wire = try world.rawConnection()
            let bytes = header + (try Envelope.request(1, EchoMethods.echo, EchoRequest()).frame())
            for start in stride(from: 0, to: bytes.count, by: size) {
                wire.send(Array(bytes[start..<min(start + size, bytes.count)]))
                world.simulation.run(for: .milliseconds(2))
            }
            world.simulation.run(for: .milliseconds(50))
            #expect(wire.replies(to: 1).count == 1)
            #expect(world.echo.lastCall?.peer == peer && world.echo.lastCall?.origin.network == network)
            #expect(world.echo.lastCall?.origin.mayActAsProgram == false)
        }
    }

    @Test func `a network with too many handshakes keeps out no other network`() throws {
        let world = try world()
        let others = try (0..<200).map { _ in
            let wire = try world.rawConnection(waiting: .milliseconds(1))
            wire.send(Self.v6)
            return wire
        }
        let crowd = try (0..<600).map { _ in
            let wire = try world.rawConnection(waiting: .milliseconds(1))
            wire.send(Self.v4)
            return wire
        }
        world.simulation.run(for: .milliseconds(100))
        #expect(others.allSatisfy { !$0.isClosed })
        #expect(crowd.count { !$0.isClosed } == 312)
    }

    @Test func `a header comes before the bytes of TLS`() throws {
        let world = try TLSWorld(.ofSite(.required, proxies: [try #require(IPRange("127.0.0.1"))]))
        let tap = WireTap(world.simulation.network)
        var isFirst = true
        tap.change = { bytes in
            if isFirst { bytes = Self.v4 + bytes }
            isFirst = false
        }
        #expect(try world.problem(of: world.client(over: tap)) == nil)
        #expect(world.echo.lastCall?.origin.network == "203.0.113.9")
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", v4, "--proxy-from does not contain"),
            ("127.0.0.0/8", [0x0d, 0x0a, 0x47], "other bytes than version 2"),
            (
                "127.0.0.0/8", Array(v4.prefix(12)) + [0x11, 0x11, 0, 12] + Array(repeating: 0, count: 12),
                "unknown version"
            ),
            (
                "127.0.0.0/8", Array(v4.prefix(12)) + [0x21, 0x31, 0, 12] + Array(repeating: 0, count: 12),
                "no IPv4 or IPv6"
            ),
            (
                "127.0.0.0/8", Array(v4.prefix(12)) + [0x21, 0x11, 0, 11] + Array(repeating: 0, count: 11),
                "no IPv4 or IPv6"
            ),
            ("127.0.0.0/8", Array(v4.prefix(12)) + [0x21, 0x11, 0xff, 0xff], "at most 2048"),
        ])
    func `other headers, and those of strangers, are refused with a reason`(
        proxies: String, bytes: [UInt8], problem: String
    ) throws {
        let world = try world(proxies)
        let wire = try world.rawConnection()
        wire.send(bytes)
        world.simulation.run(for: .milliseconds(50))
        #expect(wire.isClosed && world.refusals.first?.contains(problem) == true, "\(world.refusals)")
    }

    @Test func `the connections of a network are limited, and those of others and of this machine are not`() throws {
        var limits = Limits()
        limits.connectionsPerNetwork = 2
        let world = try world(limits: limits)
        func connected(_ headers: [[UInt8]]) throws -> [RawConnection] {
            let wires = try headers.map { header in
                let wire = try world.rawConnection()
                wire.send(header + (try Envelope.request(1, EchoMethods.echo, EchoRequest()).frame()))
                return wire
            }
            world.simulation.run(for: .milliseconds(50))
            return wires
        }
        let neighbour = Self.header(
            [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [2], Array(repeating: 0, count: 16))
        let wires = try connected([Self.v4, Self.v4, Self.v4, Self.v6, neighbour, Self.v6, [], [], []])
        #expect(wires.map(\.isClosed) == [false, false, true, false, false, true, false, false, false])
        let statuses = try [wires[2], wires[5]].map { wire in
            try #require(
                try wire.received.first { $0.kind == .goaway }.map { try GoAway(decoding: $0.payload).status! })
        }
        #expect(statuses.map(\.reason) == ["TOO_MANY_CONNECTIONS", "TOO_MANY_CONNECTIONS"])
        #expect(zip(statuses, ["203.0.113.9", "2001:db8::/64"]).allSatisfy { $0.message.contains($1) })
        world.simulation.network.connections[0].cut()
        world.simulation.run(for: .milliseconds(50))
        #expect(try connected([Self.v4]).map(\.isClosed) == [false], "a closed connection makes room")
    }

    @Test func `a second header is no frame`() throws {
        let world = try world()
        let wire = try world.rawConnection()
        wire.send(Self.v4 + Self.v4)
        world.simulation.run(for: .milliseconds(50))
        #expect(wire.isClosed && wire.received.map(\.kind) == [.goaway])
    }
}
