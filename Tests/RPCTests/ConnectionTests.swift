import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct ConnectionTests {
    private func goAway(_ wire: RawConnection) throws -> GoAway {
        let envelope = try #require(wire.received.first { $0.kind == .goaway })
        return try GoAway(decoding: envelope.payload)
    }

    @Test func `HELLO exchanges the limits of both sides`() throws {
        var limits = Limits()
        limits.requestBytes = 5000
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        try wire.send(Envelope(kind: .hello, payload: Hello(minVersion: 1, maxVersion: 3, agent: "test").encoded()))
        world.simulation.run(for: .milliseconds(10))
        let hello = try Hello(decoding: try #require(wire.received.first { $0.kind == .hello }).payload)
        #expect(hello.minVersion == 1 && hello.maxVersion == 1 && hello.maxRequestBytes == 5000)
        #expect(hello.maxReplyBytes > 0 && hello.maxInFlight > 0 && hello.minPingIntervalMs > 0)
    }

    @Test func `a client of another version is refused with a reason`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(Envelope(kind: .hello, payload: Hello(minVersion: 2, maxVersion: 3).encoded()))
        world.simulation.run(for: .milliseconds(10))
        #expect(try goAway(wire).status?.reason == "VERSION_UNKNOWN")
        #expect(wire.isClosed)
    }

    @Test func `HELLO is optional, and unknown kinds and fields are ignored`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(Envelope(id: 9, kind: Kind(rawValue: 77)))
        var request = try Envelope.request(10, EchoMethods.echo, EchoRequest(payload: [5])).encoded()
        request += [0xf8, 0x07, 0x01]  // Field 127.
        wire.send([0, 0, 0, UInt8(request.count)] + request)
        world.simulation.run(for: .milliseconds(10))
        #expect(try EchoReply(decoding: wire.replies(to: 10)[0].payload).payload == [5])
    }

    @Test func `a malformed envelope ends the connection with a reason`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        wire.send([0, 0, 0, 2, 0x0b, 0x00])
        world.simulation.run(for: .milliseconds(10))
        #expect(try goAway(wire).status?.reason == "MALFORMED_FRAME")
        #expect(wire.isClosed && world.server.connectionCount == 0)
    }

    @Test func `a malformed payload fails only its call`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(Envelope(id: 1, kind: .request, method: EchoMethods.echo.name, payload: [0x0a, 0x7f]))
        try wire.send(.request(2, EchoMethods.echo, EchoRequest(payload: [5])))
        world.simulation.run(for: .milliseconds(10))
        let status = try #require(wire.replies(to: 1).first?.status)
        #expect(status.code == StatusCode.invalidArgument.number && status.reason == "MALFORMED_REQUEST")
        #expect(wire.replies(to: 2).count == 1)
    }

    @Test func `call ids must increase`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        for id: UInt64 in [5, 6, 6] { try wire.send(.request(id, EchoMethods.echo, EchoRequest())) }
        world.simulation.run(for: .milliseconds(10))
        #expect(try goAway(wire).status?.message.contains("6 came after 6") == true)
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 2)
    }

    @Test func `each REQUEST gets one REPLY, also after CANCEL`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(.request(1, EchoMethods.wait, WaitRequest(milliseconds: 100)))
        world.simulation.run(for: .milliseconds(20))
        for _ in 0..<3 { try wire.send(.cancel(1)) }
        try wire.send(.cancel(99))
        world.simulation.run(for: .seconds(1))
        #expect(wire.replies(to: 1).count == 1)
        #expect(wire.replies(to: 1)[0].status?.code == StatusCode.cancelled.number)
    }

    @Test func `a cancelled call counts as in flight until its handler returns`() throws {
        var limits = Limits()
        limits.inFlightPerConnection = 10
        let stubborn = Stubborn()
        let route = Route(EchoMethods.echo) { (_: EchoRequest, _: Call) async throws -> EchoReply in
            await withCheckedContinuation { stubborn.add($0) }
            return EchoReply()
        }
        let world = try EchoSimulation(limits: limits, routes: [route])
        let wire = try world.rawConnection()
        for id: UInt64 in 1...100 {
            try wire.send(.request(id, EchoMethods.echo, EchoRequest()))
            try wire.send(.cancel(id))
        }
        world.simulation.run(for: .milliseconds(100))
        #expect(world.server.inFlight == 10, "100 calls were started and cancelled")
        #expect((1...100).allSatisfy { wire.replies(to: $0).count == 1 })
        world.simulation.start { stubborn.release() }
        world.simulation.run(for: .milliseconds(100))
        #expect(world.server.inFlight == 0)
    }

    @Test func `PING is answered with its id and payload, and a flood is refused`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(Envelope(id: 3, kind: .ping, payload: [1, 2]))
        world.simulation.run(for: .milliseconds(10))
        #expect(wire.received.contains { $0.kind == .pong && $0.id == 3 && $0.payload == [1, 2] })
        for _ in 0..<20 { try wire.send(.ping) }
        world.simulation.run(for: .milliseconds(10))
        #expect(try goAway(wire).status?.reason == "TOO_MANY_PINGS")
        #expect(wire.isClosed)
    }

    @Test func `occasional pings are accepted for hours`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        for _ in 0..<200 {
            try wire.send(.ping)
            world.simulation.run(for: .seconds(2))
        }
        #expect(!wire.isClosed && wire.received.count == 200)
    }

    @Test func `only a client that sent HELLO is pinged and must answer`() throws {
        let world = try EchoSimulation()
        let wordless = try world.rawConnection()
        let greeting = try world.rawConnection()
        try greeting.send(Envelope(kind: .hello, payload: Hello(minVersion: 1, maxVersion: 1).encoded()))
        world.simulation.run(for: .seconds(12))
        #expect(greeting.received.contains { $0.kind == .ping } && !greeting.isClosed)
        world.simulation.run(for: .seconds(40))
        #expect(greeting.isClosed)
        #expect(wordless.received.isEmpty && !wordless.isClosed)
    }

    @Test func `the PONG of an idle ping does not advance a drain`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(Envelope(kind: .hello, payload: Hello(minVersion: 1, maxVersion: 1).encoded()))
        world.simulation.run(for: .milliseconds(10_800))
        #expect(wire.received.contains { $0.kind == .ping }, "after silence")
        world.simulation.start { await world.server.shutdown() }
        world.simulation.run(for: .milliseconds(10))
        let pings = wire.received.filter { $0.kind == .ping }
        #expect(pings.count == 2, "the second PING confirms the GOAWAY")
        try wire.send(Envelope(id: pings[0].id, kind: .pong))
        world.simulation.run(for: .milliseconds(10))
        #expect(wire.received.filter { $0.kind == .goaway }.count == 1)
        try wire.send(Envelope(id: pings[1].id, kind: .pong))
        world.simulation.run(for: .milliseconds(10))
        #expect(wire.received.filter { $0.kind == .goaway }.count == 2)
    }

    @Test func `the description of the protocol names every file, imports first`() throws {
        let world = try EchoSimulation()
        let reply = try world.run {
            try await ReflectionClient(world.client).describeProtocol(DescribeProtocolRequest())
        }
        let services = [EchoMethods.service, HealthMethods.service, ReflectionMethods.service]
        let files = ProtoFile.withImports([.rpc] + services.sorted { $0.name < $1.name }.map(\.file))
        var rest = reply.fileDescriptorSet[...]
        for file in files {
            let tag = rest.popFirst()
            #expect(tag == 0x0a, "the field `file` of a FileDescriptorSet")
            var size = 0
            for shift in stride(from: 0, to: 35, by: 7) {
                let byte = rest.popFirst() ?? 0
                size |= Int(byte & 0x7f) << shift
                if byte & 0x80 == 0 { break }
            }
            let descriptor = Array(rest.prefix(size))
            #expect(descriptor == file.descriptor && !descriptor.isEmpty)
            rest = rest.dropFirst(size)
        }
        #expect(rest.isEmpty)
    }

    @Test func `Health reports the serving services`() throws {
        let world = try EchoSimulation()
        let health = HealthClient(world.client)
        let statuses = try world.run {
            var statuses: [ServingStatus] = []
            for name in ["", EchoMethods.service.name, "onsale.nothing"] {
                statuses.append(try await health.check(CheckRequest(service: name)).status)
            }
            return statuses
        }
        #expect(statuses == [.serving, .serving, .serviceUnknown])
        var hooks = ServerHooks.trusting
        hooks.isServing = { _ in false }
        let sick = try EchoSimulation(hooks: hooks)
        let reply = try sick.run { try await HealthClient(sick.client).check(CheckRequest()) }
        #expect(reply.status == .notServing)
    }

    @Test func `reflection lists every method of the contract`() throws {
        let world = try EchoSimulation()
        let services = try world.run { try await ReflectionClient(world.client).listMethods(ListMethodsRequest()) }
            .services
        #expect(services.map(\.name) == services.map(\.name).sorted())
        let echo = try #require(services.first { $0.name == EchoMethods.service.name })
        let add = try #require(echo.methods.first { $0.name == "Add" })
        #expect(add.callers == [.user, .service] && !add.isSafeToRepeat && !add.isStream)
        #expect(add.requestType == "onsale.testing.v1.AddRequest" && add.replyType == "onsale.testing.v1.AddReply")
        let count = try #require(echo.methods.first { $0.name == "Count" })
        #expect(count.isStream && count.callers == [.anyone] && count.isSafeToRepeat)
    }
}

/// Handlers that ignore cancellation.
private final class Stubborn: @unchecked Sendable {
    // Sound because: one simulation uses it, in one thread.

    private var waiting: [CheckedContinuation<Void, Never>] = []

    func add(_ continuation: CheckedContinuation<Void, Never>) {
        waiting.append(continuation)
    }

    func release() {
        let all = waiting
        waiting = []
        for continuation in all { continuation.resume() }
    }
}
