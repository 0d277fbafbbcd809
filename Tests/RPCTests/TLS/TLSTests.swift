import Certificates
import Identity
import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

@Suite struct TLSTests {
    @Test func `calls, large messages and streams pass through TLS`() throws {
        let world = try TLSWorld()
        let echo = EchoClient(try world.client())
        let payload = Array(repeating: UInt8(5), count: 200_000)
        #expect(try world.simulation.run { try await echo.echo(EchoRequest(payload: payload)) }.payload == payload)
        let numbers = try world.simulation.run {
            var numbers: [UInt64] = []
            let items = echo.count(CountRequest(limit: 200, paddingBytes: 5000))
            for try await item in items { numbers.append(item.number) }
            return numbers
        }
        #expect(numbers == Array(1...200))
    }

    @Test func `the replies of a turn are one record`() throws {
        let world = try TLSWorld()
        let tap = WireTap(world.simulation.network)
        let echo = EchoClient(try world.client(over: tap))
        _ = try world.simulation.run { try await echo.echo(EchoRequest()) }
        let before = (sent: tap.sent.count, received: tap.received.count)
        try world.simulation.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number: UInt8 in 0..<30 {
                    group.addTask { _ = try await echo.echo(EchoRequest(payload: [number])) }
                }
                try await group.waitForAll()
            }
        }
        #expect(tap.sent.count - before.sent == 1, "30 requests are one send")
        #expect(tap.sent.last.map { records(in: $0[...]) } == 1)
        #expect(records(in: tap.received[before.received...]) == 1)
    }

    private func records(in bytes: ArraySlice<UInt8>) -> Int {
        var (rest, count) = (bytes, 0)
        while rest.count >= 5 {
            let header = Array(rest.prefix(5))
            rest = rest.dropFirst(5 + Int(header[3]) << 8 + Int(header[4]))
            count += 1
        }
        return count
    }

    @Test func `no byte of a message is readable on the wire`() throws {
        let world = try TLSWorld()
        let tap = WireTap(world.simulation.network)
        let secret = Array("the password of alice".utf8)
        let echo = EchoClient(try world.client(over: tap))
        #expect(try world.simulation.run { try await echo.echo(EchoRequest(payload: secret)) }.payload == secret)
        #expect(!contains(Array(tap.sent.joined()), secret) && !contains(tap.received, secret))
    }

    private func contains(_ bytes: some Collection<UInt8>, _ part: [UInt8]) -> Bool {
        String(decoding: bytes, as: Unicode.ASCII.self).contains(String(decoding: part, as: Unicode.ASCII.self))
    }

    @Test func `both sides end their data, so closing is no failure`() throws {
        let world = try TLSWorld()
        let logged = Recorder<RPCEvent>()
        var hooks = ServerHooks.trusting
        hooks.log = logged.add
        let server = Server([world.echo.service], on: world.simulation.loops, network: world.network, hooks: hooks)
        let address = try server.listen(on: .loopback(0))
        let client = try world.client(at: address)
        #expect(try world.problem(of: client) == nil)
        try world.simulation.run { await server.shutdown() }
        #expect(logged.all.isEmpty && server.connectionCount == 0)
        let foreign = ForeignClient(world)
        #expect(foreign.isEstablished)
        try world.simulation.run { await world.server.shutdown() }
        world.simulation.run(for: .milliseconds(100))
        #expect(foreign.hasEnded)
    }

    @Test func `a connection that is cut without its end counts as broken`() throws {
        let logged = Recorder<RPCEvent>()
        var hooks = ServerHooks.trusting
        hooks.log = logged.add
        let world = try TLSWorld(hooks: hooks)
        let foreign = ForeignClient(world)
        foreign.cut()
        world.simulation.run(for: .seconds(1))
        #expect(logged.all.map(\.message) == ["connection ended: the connection was cut: the peer did not end it"])
    }

    @Test func `certificates are replaced while calls are in flight`() throws {
        let (old, new) = (TestSite(), TestSite())
        let world = try TLSWorld(site: old)
        let staying = try world.client()
        #expect(try world.problem(of: staying) == nil)
        let waiting = Recorder<Bool>()
        world.simulation.start {
            waiting.add((try? await EchoClient(staying).wait(WaitRequest(milliseconds: 500))) != nil)
        }
        world.simulation.run(for: .milliseconds(100))
        world.network.use(server: try new.context(.server), client: nil)
        #expect(try world.problem(of: world.client())?.contains("does not trust") == true)
        #expect(try world.problem(of: world.client(trusting: new)) == nil)
        #expect(try world.problem(of: staying) == nil, "an open connection keeps its certificate")
        world.simulation.run(for: .seconds(1))
        #expect(waiting.all == [true])
    }

    @Test func `a loop makes one step of a handshake a turn, after everything else`() {
        let order = Recorder<String>()
        let loop = EventLoop(time: { Uptime(nanoseconds: 0) }, wake: {})
        for number in 1...2 { loop.execute { loop.runLast { order.add("step \(number)") } } }
        loop.execute { loop.execute { order.add("call") } }
        #expect(loop.turn(at: Uptime(nanoseconds: 1)))
        #expect(order.all == ["call", "step 1"])
        #expect(loop.hasWork)
        #expect(!loop.turn(at: Uptime(nanoseconds: 2)))
        #expect(order.all == ["call", "step 1", "step 2"])
    }

    @Test func `a handshake costs nothing before its first record is whole`() throws {
        let loop = EventLoop(time: { Uptime(nanoseconds: 0) }, wake: {})
        let transport = SilentTransport()
        let handshake = TLSHandshake(
            over: transport, on: TLSLoop(on: loop), try TestSite().context(.server), host: nil
        ) { _ in }
        let record: [UInt8] = [0x16, 3, 1, 0, 10] + Array(repeating: 1, count: 10)
        for byte in record.dropLast() {
            withUnsafeBytes(of: byte) { handshake.receive($0) }
            #expect(transport.isReading && !loop.hasWork)
        }
        withUnsafeBytes(of: record.last!) { handshake.receive($0) }
        #expect(!transport.isReading && loop.hasWork)
    }

    @Test func `TLS works over sockets, from several loops and to both kinds of addresses`() async throws {
        let (loops, site) = (Loops(count: 2), TestSite())
        let network = TLSNetwork(
            over: TCP(on: loops), .ofSite(.required),
            server: try site.context(.server, hosts: ["localhost", "127.0.0.1"]),
            client: try site.context(.client))
        let server = Server([EchoServer(clock: ManualClock()).service], on: loops, network: network)
        let port = try server.listen(on: .loopback(0)).port
        let payload = Array(repeating: UInt8(5), count: 200_000)
        for host in ["127.0.0.1", "localhost"] {
            let client = Client(to: [Address(host: host, port: port)], on: loops, network: network)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await EchoClient(client).echo(EchoRequest(payload: payload)).payload == payload
                    }
                }
                for try await isEqual in group { #expect(isEqual) }
            }
            await client.shutdown()
        }
        let silent = try RawSocket(to: .loopback(port))
        await server.shutdown()
        #expect(try await silent.envelopes().isEmpty, "an unfinished handshake does not outlive its server")
        loops.stop()
    }
}

/// A transport whose peer sends and receives nothing.
private final class SilentTransport: Transport {
    var receiver: (any TransportReceiver)?
    var origin = Origin("127.0.0.1:50312")
    var isReading = true
    let unsentCount = 0

    func send(_ bytes: UnsafeRawBufferPointer) {}
    func close() {}
    func abort() {}
}
