import Kernel
import RPC
import Synchronization
import Threads
import TestSupport
import Testing

/// What only real sockets can show.
@Suite struct SocketTests {
    /// A server on loopback, with loops of its own.
    private final class World: Sendable {
        let loops = Loops(count: 2)
        let echo = EchoServer(clock: ManualClock())
        let server: Server
        let address: Address

        init(limits: Limits = Limits()) throws {
            server = Server([echo.service], on: loops, limits: limits, hooks: .trusting)
            address = try server.listen(on: .loopback(0))
        }

        func pause(for duration: Duration) async {
            let loop = loops.all[0]
            await Task(executorPreference: loop) { _ = await loop.pause(for: duration) }.value
        }

        func stop() async {
            await server.shutdown(grace: .seconds(1))
            loops.stop()
        }
    }

    @Test(arguments: [
        ("HTTP", Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), "HTTP"),
        ("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00] + Array(repeating: 7, count: 600), "TLS"),
        ("a frame without length", [0, 0, 0, 0], "length 0"),
        ("garbage", Array(repeating: 0xee, count: 5000), "another protocol"),
        ("an envelope of garbage", [0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff], "ends in the middle"),
    ])
    func `bytes of other protocols are told so, and nobody else notices`(
        name: String, bytes: [UInt8], hint: String
    ) async throws {
        let world = try World()
        let socket = try RawSocket(to: world.address)
        try await socket.send(bytes)
        let envelopes = try await socket.envelopes()
        let goAway = try #require(envelopes.first { $0.kind == .goaway })
        let status = try #require(try GoAway(decoding: goAway.payload).status)
        #expect(status.reason == "MALFORMED_FRAME" && status.message.contains(hint), "\(status.message)")
        let client = Client(to: [world.address], on: world.loops)
        #expect(try await EchoClient(client).echo(EchoRequest(payload: [1])).payload == [1])
        await client.shutdown()
        await world.stop()
    }

    @Test func `who still talks when it is sent away hears why`() async throws {
        let world = try World()
        let socket = try RawSocket(to: world.address)
        // Nobody reads the rest any more. Were the socket closed with it inside, the answer would be lost with it.
        try await socket.send([0, 0, 0, 0] + Array(repeating: 1, count: 20_000_000))
        let envelopes = try await socket.envelopes()
        #expect(envelopes.map(\.kind) == [.goaway])
        await world.stop()
    }

    @Test func `who closes its sending side is taken to be gone`() async throws {
        let world = try World()
        let socket = try RawSocket(to: world.address)
        try await socket.send(Envelope.request(1, EchoMethods.echo, EchoRequest()).frame())
        try await socket.send(Envelope.request(2, EchoMethods.wait, WaitRequest(milliseconds: 1)).frame())
        var envelopes = try await socket.envelopes(until: { $0.count == 1 })
        socket.endSending()
        envelopes += try await socket.envelopes()
        #expect(envelopes.map(\.id) == [1])
        try await eventually("the call that waited is cancelled") { world.server.inFlight == 0 }
        try await eventually("the server has closed, too") { world.server.connectionCount == 0 }
        await world.stop()
    }

    @Test func `a connection that has fallen silent is noticed by both ends, and replaced`() async throws {
        var limits = Limits()
        limits.pingInterval = .milliseconds(300)
        limits.minPingInterval = .milliseconds(50)
        limits.pingTimeout = .seconds(1)
        let world = try World(limits: limits)
        let proxy = FaultProxy(to: world.address, on: world.loops)
        var settings = ClientSettings.alice
        settings.limits = limits
        let client = Client(to: [try proxy.listen()], on: world.loops, settings: settings)
        let echo = EchoClient(client)
        // From one loop, for each has a connection of its own.
        try await Task(executorPreference: world.loops.all[0]) {
            _ = try await echo.echo(EchoRequest())
            proxy.silenceAll()
            let failure = await #expect(throws: RPCFailure.self) {
                try await echo.add(AddRequest(amount: 1), CallOptions(timeout: .minutes(1)))
            }
            #expect(failure?.reason == "CONNECTION_LOST" && failure?.isIndefinite == true)
            #expect(try await echo.echo(EchoRequest(payload: [1])).payload == [1], "on a new one")
            try await eventually("the server has given the silent one up") { world.server.connectionCount == 1 }
            proxy.cutAll()
            #expect(try await echo.echo(EchoRequest(payload: [2])).payload == [2])
        }.value
        await client.shutdown()
        await proxy.close()
        await world.stop()
    }

    @Test func `a stream is read by a task that is on no loop`() async throws {
        // The tests beside it may keep the pool's threads from this reader for long.
        var limits = Limits()
        limits.stall = .minutes(5)
        let world = try World(limits: limits)
        let client = Client(to: [world.address], on: world.loops)
        var numbers: [UInt64] = []
        for try await item in EchoClient(client).count(CountRequest(limit: 100)) { numbers.append(item.number) }
        #expect(numbers == Array(1...100))
        await client.shutdown()
        await world.stop()
    }

    @Test func `a request is understood wherever the network splits it`() async throws {
        let world = try World()
        let socket = try RawSocket(to: world.address)
        var expected: [UInt64] = []
        var id: UInt64 = 0
        let size = try Envelope.request(1, EchoMethods.echo, EchoRequest(payload: [1, 2, 3])).frame().count
        for split in 1..<size {
            id += 1
            expected.append(id)
            let frame = try Envelope.request(id, EchoMethods.echo, EchoRequest(payload: [1, 2, 3])).frame()
            try await socket.send(Array(frame.prefix(split)))
            try await socket.send(Array(frame.dropFirst(split)))
        }
        let replies = try await socket.envelopes(until: { [count = expected.count] in $0.count == count })
        #expect(replies.map(\.id) == expected && replies.allSatisfy { $0.status == nil })
        await world.stop()
    }

    @Test func `an oversize frame is skipped, and what comes behind it is answered`() async throws {
        let world = try World()
        let socket = try RawSocket(to: world.address)
        try await socket.send(Envelope(id: 1, kind: .request, payload: Array(repeating: 0, count: 5_000_000)).frame())
        try await socket.send(Envelope.request(2, EchoMethods.echo, EchoRequest(payload: [9])).frame())
        let replies = try await socket.envelopes(until: { $0.count == 2 })
        #expect(replies[0].status?.reason == "REQUEST_TOO_LARGE")
        #expect(try EchoReply(decoding: replies[1].payload).payload == [9])
        await world.stop()
    }

    @Test func `a port that is taken is an error that says so`() async throws {
        let world = try World()
        let other = Server([world.echo.service], on: world.loops)
        let error = #expect(throws: ListenError.self) { try other.listen(on: world.address) }
        #expect(error?.problem.contains("another program is using port \(world.address.port)") == true)
        await world.stop()
    }

    @Test func `hosts are found by name, and a name that does not exist is an error`() async throws {
        let world = try World()
        var settings = ClientSettings()
        settings.connectPatience = .zero
        let byName = Client(
            to: [Address(host: "localhost", port: world.address.port)], on: world.loops, settings: settings)
        let reply = try await EchoClient(byName).echo(EchoRequest(payload: [4]))
        #expect(reply.payload == [4])
        let nowhere = Client(to: [Address(host: "no host", port: 1)], on: world.loops, settings: settings)
        let failure = await #expect(throws: RPCFailure.self) { try await EchoClient(nowhere).echo(EchoRequest()) }
        #expect(failure?.reason == "CANNOT_CONNECT")
        await byName.shutdown()
        await nowhere.shutdown()
        await world.stop()
    }

    @Test func `large messages go both ways`() async throws {
        var limits = Limits()
        limits.requestBytes = 8 << 20
        limits.replyBytes = 8 << 20
        let world = try World(limits: limits)
        var settings = ClientSettings()
        settings.limits = limits
        let client = Client(to: [world.address], on: world.loops, settings: settings)
        let payload = Array(repeatElement(Array<UInt8>(0...250), count: 6000).joined())
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let options = CallOptions(timeout: .minutes(1))
                    return try await EchoClient(client).echo(EchoRequest(payload: payload), options).payload == payload
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        await client.shutdown()
        await world.stop()
    }

    @Test func `the stage between socket and frames can be replaced`() async throws {
        let loops = Loops(count: 1)
        let echo = EchoServer(clock: ManualClock())
        let scrambled = Scrambled(TCP(on: loops))
        let server = Server([echo.service], on: loops, network: scrambled)
        let address = try server.listen(on: .loopback(0))
        let client = Client(to: [address], on: loops, network: scrambled)
        let payload = Array(repeating: UInt8(5), count: 200_000)
        #expect(try await EchoClient(client).echo(EchoRequest(payload: payload)).payload == payload)
        let socket = try RawSocket(to: address)
        try await socket.send(Envelope.request(1, EchoMethods.echo, EchoRequest()).frame())
        let envelopes = try await socket.envelopes()
        #expect(envelopes.isEmpty, "what is not scrambled is not understood")
        await client.shutdown()
        await server.shutdown()
        loops.stop()
    }

    @Test func `calls through a faulty network end in time, and those safe to repeat succeed`() async throws {
        let world = try World()
        let random = Lock(SeededGenerator(seed: 3))
        let proxy = FaultProxy(to: world.address, on: world.loops) { _, _ in
            switch random.withLock({ Int.random(in: 0..<1000, using: &$0) }) {
            case 0: .cut
            case 1: .delay(.milliseconds(20))
            default: .deliver
            }
        }
        let client = Client(to: [try proxy.listen()], on: world.loops)
        let succeeded = await withTaskGroup(of: Int.self) { group in
            for number: UInt8 in 0..<16 {
                group.addTask {
                    var succeeded = 0
                    for _ in 0..<50 {
                        let reply = try? await EchoClient(client).echo(EchoRequest(payload: [number]))
                        if reply?.payload == [number] { succeeded += 1 }
                    }
                    return succeeded
                }
            }
            return await group.reduce(0, +)
        }
        #expect(succeeded == 800)
        await client.shutdown()
        await proxy.close()
        await world.stop()
    }

    @Test func `a server that restarts under sixty-four clients costs no call that is safe to repeat`() async throws {
        let world = try World()
        let second = Server([world.echo.service], on: world.loops)
        let mustStop = Flag()
        let clients = (0..<64).map { number in
            Task { await callAgainAndAgain(world, UInt8(number), until: mustStop) }
        }
        // On a loop, because the tests beside this one may keep all other threads busy for longer than a restart may take.
        let restart = Task(executorPreference: world.loops.all[0]) {
            await world.pause(for: .milliseconds(300))
            await world.server.shutdown()
            await world.pause(for: .milliseconds(200))
            try second.listen(on: world.address)
            await world.pause(for: .milliseconds(500))
            mustStop.raise()
        }
        try await restart.value
        var problems: [String] = []
        var longest = Duration.zero
        for client in clients {
            let outcome = await client.value
            problems += outcome.problems
            longest = max(longest, outcome.longest)
        }
        #expect(problems == [])
        #expect(longest < Limits().defaultTimeout, "no call came near its deadline")
        await second.shutdown()
        await world.stop()
    }

    /// What went wrong, in words, and how long the longest call took.
    private func callAgainAndAgain(
        _ world: World, _ number: UInt8, until mustStop: Flag
    ) async -> (problems: [String], longest: Duration) {
        let client = Client(to: [world.address], on: world.loops)
        var problems: [String] = []
        var longest = Duration.zero
        while !mustStop.isRaised {
            let begin = ContinuousClock.now
            defer { longest = max(longest, ContinuousClock.now - begin) }
            do throws(RPCFailure) {
                let reply = try await EchoClient(client).echo(EchoRequest(payload: [number]))
                if reply.payload != [number] { problems.append("the answer of another call") }
            } catch {
                problems.append("\(error)")
            }
        }
        await client.shutdown()
        return (problems, longest)
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isRaised: Bool { value.load(ordering: .relaxed) }

        func raise() { value.store(true, ordering: .relaxed) }
    }
}

/// A stage around any network: every byte is changed on its way out, and changed back on its way in.
private struct Scrambled: Network {
    private let inner: any Network

    init(_ inner: any Network) {
        self.inner = inner
    }

    func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        inner.connect(to: address, on: loop, within: timeout) { completion($0.map(ScrambledTransport.init)) }
    }

    func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        try inner.listen(on: address, loops: loops) { transport, loop in accept(ScrambledTransport(transport), loop) }
    }
}

private final class ScrambledTransport: Transport, TransportReceiver {
    private let inner: any Transport
    var receiver: (any TransportReceiver)?

    init(_ inner: any Transport) {
        self.inner = inner
        inner.receiver = self
    }

    var peer: String { inner.peer }
    var unsentCount: Int { inner.unsentCount }
    var isReading: Bool {
        get { inner.isReading }
        set { inner.isReading = newValue }
    }

    func send(_ bytes: UnsafeRawBufferPointer) { bytes.map { $0 ^ 0x5a }.withUnsafeBytes(inner.send) }
    func close() { inner.close() }
    func abort() { inner.abort() }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        bytes.map { $0 ^ 0x5a }.withUnsafeBytes { receiver?.didReceive($0) }
    }

    func didSend() { receiver?.didSend() }

    func didClose(_ problem: String?) {
        receiver?.didClose(problem)
        receiver = nil
    }
}
