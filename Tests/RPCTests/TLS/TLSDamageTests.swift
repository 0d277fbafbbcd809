import COpenSSL
import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

/// Damaged, slow and hostile connections.
@Suite struct TLSDamageTests {
    /// Adds 1 over a disturbed connection. A call that fails may have taken effect, but never twice.
    private func add(_ world: TLSWorld, over tap: WireTap) throws -> (hasSucceeded: Bool, effect: Int64) {
        let (client, before) = (try world.client(over: tap), world.echo.total)
        let hasSucceeded = try world.simulation.run {
            do throws(RPCFailure) {
                _ = try await EchoClient(client).add(AddRequest(amount: 1))
                return true
            } catch {
                #expect(error.isIndefinite, "\(error)")
                return false
            }
        }
        try world.simulation.run { await client.shutdown() }
        return (hasSucceeded, world.echo.total - before)
    }

    private func bytesOfACall(_ world: TLSWorld) throws -> Int {
        let tap = WireTap(world.simulation.network)
        #expect(try add(world, over: tap) == (true, 1))
        return tap.sent.joined().count
    }

    @Test func `a connection may be cut after any byte`() throws {
        let world = try TLSWorld()
        var failures = 0
        for count in 0..<(try bytesOfACall(world)) {
            let tap = WireTap(world.simulation.network)
            tap.firstConnectionEnds = count
            let (hasSucceeded, effect) = try add(world, over: tap)
            #expect(hasSucceeded ? effect == 1 : 0...1 ~= effect, "after \(count) bytes")
            if !hasSucceeded { failures += 1 }
        }
        world.simulation.run(for: .seconds(1))
        #expect(failures > 0 && world.server.connectionCount == 0)
    }

    @Test func `no changed byte is taken for a message`() throws {
        let world = try TLSWorld()
        for changed in stride(from: 0, to: try bytesOfACall(world), by: 3) {
            let tap = WireTap(world.simulation.network)
            var position = 0
            tap.change = { bytes in
                if position..<position + bytes.count ~= changed { bytes[changed - position] ^= 0x20 }
                position += bytes.count
            }
            let (hasSucceeded, effect) = try add(world, over: tap)
            #expect(hasSucceeded ? effect == 1 : 0...1 ~= effect, "byte \(changed)")
        }
    }

    @Test func `a handshake that does not end within five seconds is closed`() throws {
        let world = try TLSWorld()
        let hello = Array([0x16, 0x03, 0x01, 0x01, 0x00] + [UInt8](repeating: 1, count: 30))
        let wires = try [[], [0x16], hello].map { bytes in
            let wire = try world.rawConnection()
            wire.send(bytes)
            return wire
        }
        world.simulation.run(for: .seconds(4))
        #expect(wires.allSatisfy { !$0.isClosed })
        world.simulation.run(for: .seconds(2))
        #expect(wires.allSatisfy { $0.isClosed })
        #expect(world.refusals.filter { $0.contains("no TLS handshake within") }.count == 3)
        #expect(world.server.connectionCount == 0)
    }

    @Test func `at most 512 handshakes are under way, and established connections go on`() throws {
        let world = try TLSWorld()
        let client = try world.client()
        #expect(try world.problem(of: client) == nil)
        let wires = try (0..<600).map { _ in try world.rawConnection(waiting: .milliseconds(2)) }
        world.simulation.run(for: .milliseconds(100))
        #expect(wires.count { !$0.isClosed } == 512)
        #expect(try world.problem(of: client) == nil)
        #expect(try world.problem(of: world.client()) == nil, "a silent connection gives way to a new one")
        world.simulation.run(for: .seconds(6))
        #expect(wires.allSatisfy { $0.isClosed })
        #expect(try world.problem(of: world.client()) == nil)
    }

    @Test func `a peer with tiny records waits for the others`() throws {
        let order = Recorder<String>()
        var hooks = ServerHooks.trusting
        hooks.measure = { order.add($0.method.name) }
        let world = try TLSWorld(hooks: hooks)
        world.simulation.network.latency = .milliseconds(1) ... .milliseconds(1)
        let (hostile, honest) = (ForeignClient(world), EchoClient(try world.client()))
        _ = try world.simulation.run { try await honest.add(AddRequest(amount: 1)) }
        for id: UInt64 in 1...100 {
            let frame = try Envelope.request(id, EchoMethods.echo, EchoRequest()).frame()
            for byte in frame { SSL_write(hostile.connection, [byte], 1) }
        }
        hostile.flush()
        world.simulation.start { _ = try? await honest.add(AddRequest(amount: 1)) }
        world.simulation.run(for: .milliseconds(100))
        let position = try #require(order.all.lastIndex(of: EchoMethods.add.name))
        #expect(order.all.count == 102 && position < 101, "the honest call came after \(position) others")
    }

    @Test func `a peer that replaces its keys without end is cut off, and one that does it once is not`() throws {
        let world = try TLSWorld()
        let patient = ForeignClient(world)
        SSL_key_update(patient.connection, SSL_KEY_UPDATE_REQUESTED)
        patient.send(try Envelope.request(1, EchoMethods.echo, EchoRequest(payload: [7])).frame())
        world.simulation.run(for: .milliseconds(100))
        #expect(!patient.isClosed && !patient.received.isEmpty)
        let hostile = ForeignClient(world)
        for _ in 0..<100 {
            SSL_key_update(hostile.connection, SSL_KEY_UPDATE_NOT_REQUESTED)
            SSL_do_handshake(hostile.connection)
        }
        hostile.flush()
        world.simulation.run(for: .milliseconds(100))
        #expect(hostile.isClosed)
    }

    @Test func `a key is replaced after it has encrypted enough`() throws {
        let site = TestSite()
        let world = try TLSWorld(site: site, server: site.context(.server, bytesPerKey: 10_000))
        let client = ForeignClient(world)
        for number: UInt64 in 1...8 {
            let request = EchoRequest(payload: [UInt8](repeating: 5, count: 4000))
            client.send(try Envelope.request(number, EchoMethods.echo, request).frame())
            world.simulation.run(for: .milliseconds(50))
        }
        // Two replies fit into 10,000 bytes.
        #expect(client.keyUpdateCount == 3 && client.received.count > 8 * 4000 && !client.isClosed)
    }

    @Test func `an answer of TLS to one connection never reaches another`() throws {
        let world = try TLSWorld()
        let accepted = Recorder<Accepted>()
        let listener = try world.network.listen(on: .loopback(0), loops: world.simulation.loops.all) { transport, _ in
            accepted.add(Accepted(transport))
        }
        let (honest, hostile) = (ForeignClient(world, at: listener.address), ForeignClient(world, at: listener.address))
        let (first, second) = (accepted.all[0], accepted.all[1])
        second.handle = { _ in
            Array("news".utf8).withUnsafeBytes(first.transport.send)
            second.transport.abort()
        }
        // The server must answer this with a message of TLS, before it handles the data.
        SSL_key_update(hostile.connection, SSL_KEY_UPDATE_REQUESTED)
        hostile.send([1])
        world.simulation.run(for: .milliseconds(100))
        #expect(hostile.isClosed && honest.received == Array("news".utf8))
        first.handle = { first.transport.send($0) }
        honest.send([2])
        world.simulation.run(for: .milliseconds(100))
        #expect(honest.received == Array("news".utf8) + [2] && !honest.isClosed)
    }
}

/// A connection at a server without calls.
private final class Accepted: TransportReceiver, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    let transport: any Transport
    var handle: (UnsafeRawBufferPointer) -> Void = { _ in }

    init(_ transport: any Transport) {
        self.transport = transport
        transport.receiver = self
        transport.isReading = true
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) { handle(bytes) }
    func didSend() {}
    func didClose(_ problem: String?) {}
}

extension TLSWorld {
    /// Connects without a client.
    func rawConnection(waiting duration: Duration = .milliseconds(10)) throws -> RawConnection {
        try simulation.rawConnection(to: address, waiting: duration)
    }
}
