import Encoding
import Kernel
import Messages
import RPC
import TestSupport
import Testing

/// A client with servers of other programs, and with faulty servers.
@Suite struct PlayedServerTests {
    private let simulation = Simulation()

    /// Starts a call without waiting for its end.
    private func start<Output: Sendable>(
        _ call: @escaping @Sendable () async throws -> Output
    ) -> Recorder<Result<Output, RPCFailure>> {
        let outcome = Recorder<Result<Output, RPCFailure>>()
        simulation.start {
            do {
                outcome.add(.success(try await call()))
            } catch {
                outcome.add(.failure(error as? RPCFailure ?? RPCFailure(.unknown, "", "\(error)")))
            }
        }
        simulation.run(for: .milliseconds(20))
        return outcome
    }

    @Test func `a request has the bytes that the protocol says`() throws {
        simulation.network.latency = .zero ... .zero
        let server = try PlayedServer(in: simulation)
        let join = Method<EchoRequest, EchoReply>("onsale.queue.v1.Queue/Join", isSafeToRepeat: true, callers: [])
        let outcome = start {
            try await server.client.callRaw(
                join.description, payload: [0x0a, 4, 0x75, 0x2d, 0x34, 0x32], CallOptions(timeout: .milliseconds(1500)))
        }
        let wire = try #require(server.connections.first)
        let golden = """
            0000002e080110011a1a6f6e73616c652e71756575652e76312e51756575652f4a6f696e20e0c65b30027a060a04752d3432
            """
        #expect(wire.frames.last == Hexadecimal.bytes(of: golden))
        wire.send(Hexadecimal.bytes(of: "00000008080110027a020807")!)
        simulation.run(for: .milliseconds(1))
        #expect(try outcome.all.first?.get() == [8, 7])
    }

    @Test func `a reply has the bytes that the protocol says`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        var request = try Envelope.request(1, EchoMethods.add, AddRequest(amount: 7))
        request.credential = [1]
        try wire.send(request)
        world.simulation.run(for: .milliseconds(10))
        #expect(wire.frames == [Hexadecimal.bytes(of: "00000008080110027a020807")])
    }

    @Test func `after a GOAWAY, accepted calls are answered and the others go elsewhere`() throws {
        let server = try PlayedServer(in: simulation)
        let outcomes = (1...4).map { number in
            start { try await server.calls.add(AddRequest(amount: Int64(number))).total }
        }
        let first = try #require(server.connections.first)
        #expect(first.requests.map(\.id) == [1, 2, 3, 4])
        try first.send(.goAway(lastID: 2))
        simulation.run(for: .milliseconds(500))
        #expect(server.connections.count == 2 && !first.isClosed)
        let second = server.connections[1]
        #expect(try second.requests.map { try AddRequest(decoding: $0.payload).amount }.sorted() == [3, 4])
        for request in second.requests {
            let amount = try AddRequest(decoding: request.payload).amount
            try second.send(.reply(request.id, AddReply(total: amount * 10)))
        }
        for id: UInt64 in 1...2 { try first.send(.reply(id, AddReply(total: Int64(id) * 10))) }
        simulation.run(for: .milliseconds(20))
        #expect(try outcomes.map { try $0.all.first?.get() } == [10, 20, 30, 40])
        #expect(first.isClosed && !second.isClosed)
    }

    @Test func `a call accepted before a GOAWAY is sent once, and a cut makes its outcome unknown`() throws {
        let server = try PlayedServer(in: simulation)
        let outcome = start { try await server.calls.add(AddRequest(amount: 1)).total }
        let wire = try #require(server.connections.first)
        try wire.send(.goAway(lastID: 1))
        simulation.run(for: .milliseconds(20))
        #expect(outcome.all.isEmpty, "the server may still answer it")
        simulation.network.connections[0].cut()
        simulation.run(for: .seconds(1))
        guard case .failure(let failure) = outcome.all.first else {
            Issue.record("\(outcome.all)")
            return
        }
        #expect(failure.code == .unavailable && failure.isIndefinite && !failure.isNotProcessed)
        #expect(server.connections.flatMap(\.requests).count == 1)
    }

    @Test func `calls waiting on a connection with GOAWAY move elsewhere immediately`() throws {
        let server = try PlayedServer(in: simulation) { wire in
            let hello = Hello(minVersion: 1, maxVersion: 1, maxInFlight: 1)
            try? wire.send(Envelope(kind: .hello, payload: hello.encoded()))
        }
        let outcomes = (1...2).map { number in
            start { try await server.calls.add(AddRequest(amount: Int64(number))).total }
        }
        let first = try #require(server.connections.first)
        #expect(first.requests.count == 1)
        try first.send(.goAway(lastID: .max))
        simulation.run(for: .milliseconds(20))
        #expect(server.connections.count == 2 && server.connections.last?.requests.count == 1)
        for wire in server.connections { try wire.send(.reply(1, AddReply(total: 3))) }
        simulation.run(for: .milliseconds(20))
        #expect(try outcomes.map { try $0.all.first?.get() } == [3, 3])
    }

    @Test func `a server that only sends GOAWAY is tried with back-off`() throws {
        let server = try PlayedServer(in: simulation) { try? $0.send(.goAway(lastID: 0)) }
        let outcome = start { try await server.calls.echo(EchoRequest()) }
        simulation.run(for: .seconds(10))
        guard case .failure(let failure) = outcome.all.first else {
            Issue.record("\(outcome.all)")
            return
        }
        #expect(failure.code == .unavailable && failure.isNotProcessed)
        #expect(server.connections.count > 2 && server.connections.count < 20)
    }

    @Test func `an oversized item ends its stream with a CANCEL`() throws {
        var settings = ClientSettings()
        settings.limits.replyBytes = 1000
        let server = try PlayedServer(in: simulation, settings: settings)
        let outcome = start {
            let iterator = server.calls.count(CountRequest(limit: 5)).makeAsyncIterator()
            return try await iterator.next()?.number
        }
        let wire = try #require(server.connections.first)
        let item = CountItem(number: 1, padding: Array(repeating: 0, count: 2000))
        try wire.send(Envelope(id: 1, kind: .item, payload: item.encoded()))
        simulation.run(for: .milliseconds(20))
        #expect(throws: RPCFailure.self) { try outcome.all.first?.get() }
        guard case .failure(let failure) = outcome.all.first else { return }
        #expect(failure.reason == "REPLY_TOO_LARGE" && failure.message.contains("1000"))
        #expect(wire.received.contains { $0.kind == .cancel && $0.id == 1 })
        #expect(!wire.isClosed)
    }

    @Test func `more items than granted end the stream`() throws {
        let server = try PlayedServer(in: simulation)
        let clock = simulation.clock
        let outcome = start {
            var numbers: [UInt64] = []
            do {
                for try await item in server.calls.count(CountRequest(limit: 100)) {
                    numbers.append(item.number)
                    if item.number == 1 { try await clock.sleep(for: .milliseconds(100)) }
                }
            } catch let failure as RPCFailure {
                #expect(failure.reason == "MALFORMED_REPLY")
            }
            return numbers
        }
        let wire = try #require(server.connections.first)
        for number: UInt64 in 1...40 {
            try wire.send(Envelope(id: 1, kind: .item, payload: CountItem(number: number).encoded()))
        }
        simulation.run(for: .seconds(1))
        #expect(try outcome.all.first?.get() == Array(1...33), "one item was read, and 32 are buffered")
        #expect(wire.received.contains { $0.kind == .cancel && $0.id == 1 })
    }

    @Test(
        arguments: [
            ("a frame without length", [0, 0, 0, 0], "invalid bytes"),
            ("an envelope of garbage", [0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff], "invalid bytes"),
            ("HTTP", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), "look like HTTP"),
        ] as [(String, [UInt8], String)])
    func `invalid bytes from a server cut the connection and fail the call with a reason`(
        name: String, bytes: [UInt8], hint: String
    ) throws {
        let server = try PlayedServer(in: simulation)
        let outcome = start { try await server.calls.add(AddRequest(amount: 1)) }
        let wire = try #require(server.connections.first)
        wire.send(bytes)
        simulation.run(for: .milliseconds(20))
        guard case .failure(let failure) = outcome.all.first else {
            Issue.record("\(outcome.all)")
            return
        }
        #expect(failure.reason == "CONNECTION_LOST" && failure.isIndefinite && failure.message.contains(hint))
        #expect(wire.isClosed)
    }

    @Test func `a malformed status fails only its call`() throws {
        let server = try PlayedServer(in: simulation)
        let broken = start { try await server.calls.add(AddRequest(amount: 1)) }
        let wire = try #require(server.connections.first)
        wire.send([0, 0, 0, 7, 0x08, 1, 0x10, 2, 0x2a, 1, 0xff])
        simulation.run(for: .milliseconds(20))
        guard case .failure(let failure) = broken.all.first else {
            Issue.record("\(broken.all)")
            return
        }
        #expect(failure.reason == "MALFORMED_REPLY" && failure.isIndefinite)
        let whole = start { try await server.calls.add(AddRequest(amount: 1)).total }
        try wire.send(.reply(2, AddReply(total: 3)))
        simulation.run(for: .milliseconds(20))
        #expect(try whole.all.first?.get() == 3)
    }

    @Test func `a server that floods pings is disconnected`() throws {
        let server = try PlayedServer(in: simulation)
        let outcome = start { try await server.calls.add(AddRequest(amount: 1)) }
        let wire = try #require(server.connections.first)
        for _ in 0..<20 { try wire.send(.ping) }
        simulation.run(for: .milliseconds(20))
        guard case .failure(let failure) = outcome.all.first else {
            Issue.record("\(outcome.all)")
            return
        }
        #expect(failure.message.contains("sends too many pings"))
        #expect(wire.isClosed)
    }

    @Test func `a client obeys the limits in the server's HELLO`() throws {
        let server = try PlayedServer(in: simulation) { wire in
            let hello = Hello(minVersion: 1, maxVersion: 1, maxRequestBytes: 300, maxInFlight: 1)
            try? wire.send(Envelope(kind: .hello, payload: hello.encoded()))
        }
        let first = start { try await server.calls.echo(EchoRequest(payload: [1])).payload }
        let wire = try #require(server.connections.first)
        let large = start { try await server.calls.add(AddRequest(amount: 1), .largeMetadata) }
        let second = start { try await server.calls.echo(EchoRequest(payload: [2])).payload }
        #expect(wire.requests.map(\.id) == [1], "one at a time")
        try wire.send(.reply(1, EchoReply(payload: [1])))
        simulation.run(for: .milliseconds(20))
        #expect(try first.all.first?.get() == [1])
        guard case .failure(let failure) = large.all.first else {
            Issue.record("\(large.all)")
            return
        }
        #expect(failure.reason == "REQUEST_TOO_LARGE" && failure.message.contains("300"))
        try wire.send(.reply(2, EchoReply(payload: [2])))
        simulation.run(for: .milliseconds(20))
        #expect(try second.all.first?.get() == [2])
    }
}

extension CallOptions {
    fileprivate static let largeMetadata = CallOptions(metadata: [
        MetadataField(key: "large", value: Array(repeating: 0, count: 300))
    ])
}
