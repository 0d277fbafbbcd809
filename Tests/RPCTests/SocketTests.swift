import Glibc
import Kernel
import Messages
import Synchronization
import Threads
import TestSupport
import Testing
@testable import RPC

/// Behaviour that only real sockets show.
@Suite struct SocketTests {
    @Test(arguments: [
        ("HTTP", Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), "HTTP"),
        ("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00] + Array(repeating: 7, count: 600), "TLS"),
        ("a frame without length", [0, 0, 0, 0], "length 0"),
        ("garbage", Array(repeating: 0xee, count: 5000), "another protocol"),
        ("an envelope of garbage", [0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff], "ends before its value does"),
    ])
    func `bytes of other protocols are refused without affecting others`(
        name: String, bytes: [UInt8], hint: String
    ) async throws {
        let world = try SocketWorld()
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

    @Test func `a refused peer that still sends receives the reason`() async throws {
        let world = try SocketWorld()
        let socket = try RawSocket(to: world.address)
        // The server does not read the rest. If it closed the socket with unread bytes, the answer would be lost.
        try await socket.send([0, 0, 0, 0] + Array(repeating: 1, count: 20_000_000))
        let envelopes = try await socket.envelopes()
        #expect(envelopes.map(\.kind) == [.goaway])
        await world.stop()
    }

    @Test func `the kernel keeps little for a peer that does not read, or that is not read`() async throws {
        let world = try SocketWorld()
        let socket = try RawSocket(to: world.address)
        try await socket.send(Envelope.request(1, EchoMethods.echo, EchoRequest()).frame())
        _ = try await socket.envelopes(until: { $0.count == 1 })
        let sizes = try #require(socket.bufferSizesOfPeer)
        // The kernel doubles the requested 128 KiB.
        #expect(sizes.send <= 256 * 1024 && sizes.receive <= 256 * 1024)
        await world.stop()
    }

    @Test func `an accepted socket has the options of the listening one`() throws {
        let listening = try ListeningSocket(on: .loopback(0), backlog: 1, setOptions: TCPTransport.setOptions)
        defer { Glibc.close(listening.descriptor) }
        let client = try RawSocket(to: listening.address)
        let accepted = Glibc.accept(listening.descriptor, nil, nil)
        defer { Glibc.close(accepted) }
        let tcp = Int32(IPPROTO_TCP)
        func value(_ option: Int32, at level: Int32) -> Int32 {
            var (value, size) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
            getsockopt(accepted, level, option, &value, &size)
            return value
        }
        #expect(value(TCP_NODELAY, at: tcp) == 1 && value(SO_KEEPALIVE, at: SOL_SOCKET) == 1)
        #expect(value(TCP_KEEPIDLE, at: tcp) == 60 && value(TCP_USER_TIMEOUT, at: tcp) == 20_000)
        // The kernel reports twice the size.
        #expect([SO_SNDBUF, SO_RCVBUF].map { value($0, at: SOL_SOCKET) } == [256 * 1024, 256 * 1024])
        withExtendedLifetime(client) {}
    }

    @Test func `a client that closes its sending side is treated as gone`() async throws {
        let world = try SocketWorld()
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

    @Test func `both ends detect a lost connection, and the client replaces it`() async throws {
        var limits = Limits()
        limits.pingInterval = .milliseconds(300)
        limits.minPingInterval = .milliseconds(50)
        limits.pingTimeout = .seconds(1)
        let world = try SocketWorld(limits: limits)
        let proxy = FaultProxy(to: world.address, on: world.loops)
        var settings = ClientSettings.alice
        settings.limits = limits
        let client = Client(to: [try proxy.listen()], on: world.loops, settings: settings)
        let echo = EchoClient(client)
        // From one loop, because each loop has its own connection.
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

    @Test func `a task outside the loops reads a stream`() async throws {
        // Other tests may use all threads of the pool for long.
        var limits = Limits()
        limits.stall = .minutes(5)
        let world = try SocketWorld(limits: limits)
        let client = Client(to: [world.address], on: world.loops)
        var numbers: [UInt64] = []
        for try await item in EchoClient(client).count(CountRequest(limit: 100)) { numbers.append(item.number) }
        #expect(numbers == Array(1...100))
        await client.shutdown()
        await world.stop()
    }

    @Test func `a request is read however the network splits it`() async throws {
        let world = try SocketWorld()
        let socket = try RawSocket(to: world.address)
        let size = try Envelope.request(1, EchoMethods.echo, EchoRequest(payload: [1, 2, 3])).frame().count
        for split in 1..<size {
            let id = UInt64(split)
            let frame = try Envelope.request(id, EchoMethods.echo, EchoRequest(payload: [1, 2, 3])).frame()
            try await socket.send(Array(frame.prefix(split)))
            try await socket.send(Array(frame.dropFirst(split)))
            // Read at once, because the server closes a connection on which replies wait for 20 seconds.
            let replies = try await socket.envelopes(until: { $0.count == 1 })
            #expect(replies.map(\.id) == [id] && replies.allSatisfy { $0.status == nil })
        }
        await world.stop()
    }

    @Test func `an oversized frame is skipped and the next one answered`() async throws {
        let world = try SocketWorld()
        let socket = try RawSocket(to: world.address)
        try await socket.send(Envelope(id: 1, kind: .request, payload: Array(repeating: 0, count: 5_000_000)).frame())
        try await socket.send(Envelope.request(2, EchoMethods.echo, EchoRequest(payload: [9])).frame())
        let replies = try await socket.envelopes(until: { $0.count == 2 })
        #expect(replies[0].status?.reason == "REQUEST_TOO_LARGE")
        #expect(try EchoReply(decoding: replies[1].payload).payload == [9])
        await world.stop()
    }

    @Test func `an occupied port is reported as such`() async throws {
        let world = try SocketWorld()
        let other = Server([world.echo.service], on: world.loops)
        let error = #expect(throws: ListenError.self) { try other.listen(on: world.address) }
        #expect(error?.problem.contains("another program is using port \(world.address.port)") == true)
        await world.stop()
    }

    @Test func `host names are resolved, and an unknown name is an error`() async throws {
        let world = try SocketWorld()
        var settings = ClientSettings()
        settings.longestConnectionWait = .zero
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

    @Test func `large messages travel both ways`() async throws {
        var limits = Limits()
        limits.requestBytes = 8 << 20
        limits.replyBytes = 8 << 20
        let world = try SocketWorld(limits: limits)
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
}
