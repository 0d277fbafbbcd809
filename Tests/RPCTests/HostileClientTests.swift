import Kernel
import Messages
import TestSupport
import Testing
@testable import RPC

/// Clients that follow the protocol to the letter, and still try to take what others need.
@Suite struct HostileClientTests {
    private func goodbye(to wire: RawConnection) throws -> Status? {
        try wire.received.first { $0.kind == .goaway }.flatMap { try GoAway(decoding: $0.payload).status }
    }

    // MARK: Frames without a request

    @Test(arguments: [
        Envelope(id: 0, kind: .pong), .cancel(99), Envelope(id: 99, kind: .credit, credit: 5),
        Envelope(kind: Kind(rawValue: 77)),
    ])
    func `frames that are no requests end the connection above the limit`(frame: Envelope) throws {
        var limits = Limits()
        limits.unpairedFrames = 100
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        for _ in 0..<100 { try wire.send(frame) }
        world.simulation.run(for: .milliseconds(50))
        #expect(!wire.isClosed && wire.received.isEmpty)
        try wire.send(frame)
        world.simulation.run(for: .milliseconds(50))
        let status = try #require(try goodbye(to: wire))
        #expect(status.reason == "TOO_MANY_FRAMES" && status.message.contains("100 frames more"))
        #expect(wire.isClosed && world.server.connectionCount == 0)
    }

    @Test func `a client that cancels each call and grants credit for each item stays connected`() throws {
        var limits = Limits()
        limits.unpairedFrames = 2
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        try wire.send(
            Envelope(
                id: 1, kind: .request, method: EchoMethods.count.name, credit: 1,
                payload: CountRequest(limit: 1000).encoded()))
        for id: UInt64 in 2...500 {
            try wire.send(.request(id, EchoMethods.wait, WaitRequest(milliseconds: 1000)))
            world.simulation.run(for: .milliseconds(5))
            try wire.send(.cancel(id))
            try wire.send(Envelope(id: 1, kind: .credit, credit: 1))
            world.simulation.run(for: .milliseconds(5))
        }
        #expect(!wire.isClosed && wire.received.filter { $0.kind == .item }.count == 500)
    }

    @Test func `a second HELLO is malformed`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        let hello = Envelope(kind: .hello, payload: try Hello(minVersion: 1, maxVersion: 1).encoded())
        try wire.send(hello)
        world.simulation.run(for: .milliseconds(50))
        #expect(!wire.isClosed)
        try wire.send(hello)
        world.simulation.run(for: .milliseconds(50))
        let status = try #require(try goodbye(to: wire))
        #expect(status.reason == "MALFORMED_FRAME" && status.message == "HELLO is sent once" && wire.isClosed)
    }

    // MARK: Turns

    /// A server that records who called, in order. All bytes need the same time. A call keeps the loop busy for `cost`.
    private func recordingWorld(
        _ order: Recorder<UInt8>, cost: Duration = .zero, hooks: ServerHooks = .trusting
    ) throws -> EchoSimulation {
        let clocks = Recorder<ManualClock>()
        let route = Route(EchoMethods.echo) { request, _ in
            order.add(request.payload.first ?? 0)
            clocks.all.first?.advance(by: cost)
            return EchoReply(payload: request.payload)
        }
        let world = try EchoSimulation(hooks: hooks, routes: [route])
        clocks.add(world.simulation.clock)
        world.network.latency = .milliseconds(1) ... .milliseconds(1)
        return world
    }

    private func flood(_ wire: RawConnection, as caller: UInt8, calls: Int) throws {
        let frames = try (1...UInt64(calls)).map { id in
            try Envelope.request(id, EchoMethods.echo, EchoRequest(payload: [caller])).frame()
        }
        wire.send(Array(frames.joined()))
    }

    @Test func `a connection with much input waits for the others`() throws {
        let order = Recorder<UInt8>()
        let world = try recordingWorld(order)
        let (hostile, honest) = (try world.rawConnection(), try world.rawConnection())
        try flood(hostile, as: 1, calls: 1000)
        try flood(honest, as: 2, calls: 1)
        world.simulation.run(for: .milliseconds(10))
        let position = try #require(order.all.firstIndex(of: 2))
        let most = TurnShare.bytes / TurnShare.bytesPerFrame
        #expect(order.all.count == 1001 && position < most, "the honest call came after \(position) others")
        #expect(hostile.replies(to: 1000).count == 1, "nothing is lost")
    }

    @Test func `a connection with expensive calls waits for the others`() throws {
        let order = Recorder<UInt8>()
        let world = try recordingWorld(order, cost: .microseconds(500))
        let (hostile, honest) = (try world.rawConnection(), try world.rawConnection())
        try flood(hostile, as: 1, calls: 100)
        try flood(honest, as: 2, calls: 1)
        world.simulation.run(for: .milliseconds(200))
        let position = try #require(order.all.firstIndex(of: 2))
        #expect(order.all.count == 101 && position <= 5, "the honest call came after \(position) others")
    }

    @Test func `many connections with much input do not delay another one`() throws {
        let order = Recorder<UInt8>()
        let world = try recordingWorld(order)
        let hostile = try (0..<50).map { _ in try world.rawConnection() }
        let honest = try world.rawConnection()
        for wire in hostile { try flood(wire, as: 1, calls: 1000) }
        try flood(honest, as: 2, calls: 1)
        world.simulation.run(for: .milliseconds(10))
        let position = try #require(order.all.firstIndex(of: 2))
        // One turn of the loop, and the share of each connection after it.
        let turn = (TurnShare.bytesOfLoop + hostile.count * TurnShare.bytesWhenBusy) / TurnShare.bytesPerFrame
        #expect(order.all.count == 50_001 && position < turn, "the honest call came after \(position) others")
    }

    @Test func `refused requests take less of a turn than calls`() throws {
        let order = Recorder<UInt8>()
        var hooks = ServerHooks.trusting
        hooks.refused = { _ in order.add(1) }
        let world = try recordingWorld(order, hooks: hooks)
        let hostile = try (0..<50).map { _ in try world.rawConnection() }
        let honest = try world.rawConnection()
        let frames = try (1...1000).map { try Envelope(id: $0, kind: .request, method: "unknown").frame() }
        for wire in hostile { wire.send(Array(frames.joined())) }
        try flood(honest, as: 2, calls: 1)
        world.simulation.run(for: .milliseconds(10))
        let position = try #require(order.all.firstIndex(of: 2))
        let most = TurnShare.bytesOfLoop / TurnShare.bytesPerRefusal + hostile.count
        #expect(order.all.count == 50_001 && position < most, "the honest call came after \(position) refusals")
    }

    @Test func `connections with much input take turns`() throws {
        let order = Recorder<UInt8>()
        let world = try recordingWorld(order)
        let wires = try (1...4).map { (UInt8($0), try world.rawConnection()) }
        for (caller, wire) in wires { try flood(wire, as: caller, calls: 3000) }
        world.simulation.run(for: .milliseconds(20))
        #expect(order.all.count == 12_000)
        for caller: UInt8 in 1...4 {
            let share = order.all.prefix(6000).count { $0 == caller }
            #expect(750...2250 ~= share, "caller \(caller) had \(share) of the first 6,000 calls")
        }
    }

    // MARK: Memory and silence

    @Test func `when all buffers together are too large, the largest go first`() throws {
        var limits = Limits()
        limits.bufferedBytes = 1_000_000
        let world = try EchoSimulation(limits: limits)
        let wires = try (0..<4).map { _ in try world.rawConnection() }
        for (wire, count) in zip(wires, [7, 5, 3, 1] as [UInt64]) {
            wire.isReading = false
            let payload = [UInt8](repeating: 1, count: 100_000)
            for id in 1...count { try wire.send(.request(id, EchoMethods.echo, EchoRequest(payload: payload))) }
            world.simulation.run(for: .seconds(1))
        }
        #expect(world.server.connectionCount == 3, "without the largest, about 36, 236 and 436 kB are buffered")
        for wire in wires { wire.isReading = true }
        world.simulation.run(for: .seconds(1))
        #expect(wires.map(\.isClosed) == [true, false, false, false])
        #expect(wires[1].replies(to: 5).count == 1)
    }

    @Test func `unfinished requests count as buffered`() throws {
        var limits = Limits()
        limits.bufferedBytes = 500_000
        let world = try EchoSimulation(limits: limits)
        let wires = try (0..<4).map { _ in try world.rawConnection() }
        for (index, wire) in wires.enumerated() {
            let whole = Envelope(id: 1, kind: .request, payload: Array(repeating: 0, count: 240_000))
            wire.send(Array(try whole.frame().prefix(160_000 + index)))
        }
        world.simulation.run(for: .seconds(1))
        #expect(wires.count(where: \.isClosed) == 1 && world.server.connectionCount == 3)
    }

    @Test(arguments: [(leastBytes: 5000, isCut: false), (leastBytes: 30_000, isCut: true)])
    func `a peer that reads too slowly is cut`(leastBytes: Int, isCut: Bool) throws {
        var limits = Limits()
        limits.leastReadBytes = leastBytes
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        wire.isReading = false
        for id: UInt64 in 1...5 {
            try wire.send(.request(id, EchoMethods.echo, EchoRequest(payload: Array(repeating: 1, count: 200_000))))
        }
        world.simulation.run(for: .seconds(1))
        // It reads 10 kB every 15 s.
        world.network.largestRead = 10_000
        for _ in 0..<5 where !wire.isClosed {
            world.simulation.run(for: .seconds(15))
            wire.isReading = true
            world.simulation.run(for: .microseconds(1))
            wire.isReading = false
        }
        #expect((world.server.connectionCount == 0) == isCut)
    }

    @Test func `an idle connection without HELLO and calls is closed, with a reason`() throws {
        let world = try EchoSimulation()
        let (idle, watching) = (try world.rawConnection(), try world.rawConnection())
        try idle.send(.request(1, EchoMethods.echo, EchoRequest()))
        try watching.send(
            Envelope(
                id: 1, kind: .request, method: EchoMethods.count.name,
                payload: CountRequest(limit: 1, staysOpen: true).encoded()))
        world.simulation.run(for: .seconds(59))
        #expect(!idle.isClosed)
        world.simulation.run(for: .seconds(3))
        #expect(idle.isClosed && !watching.isClosed)
        #expect(try goodbye(to: idle)?.reason == "CONNECTION_IDLE")
        try watching.send(.cancel(1))
        world.simulation.run(for: .seconds(62))
        #expect(watching.isClosed && world.server.connectionCount == 0)
    }
}
