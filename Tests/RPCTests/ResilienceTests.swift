import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ResilienceTests {
    /// Several servers of one simulation, and a client of all of them.
    private struct Cluster: Sendable {
        nonisolated(unsafe) let simulation: Simulation  // Used by the simulation's one thread only.
        let servers: [Server]
        let echoes: [EchoServer]
        let addresses: [Address]
        let client: Client

        var calls: EchoClient { EchoClient(client) }

        init(_ count: Int, seed: UInt64 = 1, settings: ClientSettings = .alice) throws {
            let simulation = Simulation(seed: seed)
            self.simulation = simulation
            let echoes = (0..<count).map { _ in EchoServer(clock: simulation.clock) }
            let servers = echoes.map {
                Server([$0.service], on: simulation.loops, network: simulation.network, hooks: .trusting)
            }
            var addresses: [Address] = []
            for server in servers { addresses.append(try server.listen(on: .loopback(0))) }
            self.echoes = echoes
            self.servers = servers
            self.addresses = addresses
            var settings = settings
            settings.seed = seed
            client = Client(to: addresses, on: simulation.loops, network: simulation.network, settings: settings)
        }

        func runs(_ method: MethodDescription) -> [Int] { echoes.map { $0.runCount(of: method) } }
    }

    // MARK: Connections that end

    @Test func `a peer that is gone without a word is noticed within seconds`() throws {
        let world = try EchoSimulation()
        let started = try world.run {
            _ = try await world.calls.echo(EchoRequest())
            return world.clock.uptime
        }
        world.network.connections[0].isHalfOpen = true
        let failure = try failure(of: world) {
            _ = try await world.calls.add(AddRequest(amount: 1), CallOptions(timeout: .minutes(5)))
        }
        #expect(failure.reason == "CONNECTION_LOST" && failure.isIndefinite)
        let limits = Limits()
        #expect(world.clock.uptime - started <= limits.pingInterval + limits.pingTimeout + .seconds(2))
        world.simulation.run(for: .seconds(20))
        #expect(world.server.connectionCount == 0, "the server has noticed it too")
    }

    @Test func `calls wait while the client connects again, and then go through`() throws {
        let world = try EchoSimulation()
        try world.run {
            _ = try await world.calls.echo(EchoRequest())
            world.network.unreachable = [world.address]
            world.network.connections[0].cut()
            try await world.clock.sleep(for: .milliseconds(10))
            let waiting = Task(executorPreference: world.simulation.loops.all[0]) {
                try await world.calls.echo(EchoRequest(payload: [1]))
            }
            try await world.clock.sleep(for: .seconds(2))
            world.network.unreachable = []
            let reply = try await waiting.value
            #expect(reply.payload == [1])
        }
    }

    @Test func `where nothing listens, a call says so when its patience ends`() throws {
        let world = try EchoSimulation()
        world.network.unreachable = [world.address]
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure.reason == "CANNOT_CONNECT" && failure.isNotProcessed)
        #expect(failure.message.contains("\(world.address)"))
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .seconds(10))
    }

    @Test func `attempts to connect come less and less often`() throws {
        let world = try EchoSimulation()
        world.network.unreachable = [world.address]
        _ = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(world.network.connectCount > 4 && world.network.connectCount < 20)
    }

    @Test(arguments: [false, true])
    func `shutdown waits neither for a pause between attempts nor for an attempt`(isSilent: Bool) throws {
        let world = try EchoSimulation(loops: 2)
        if isSilent { world.network.silent = [world.address] } else { world.network.unreachable = [world.address] }
        try world.run {
            let waiting = Task(executorPreference: world.simulation.loops.all[0]) {
                try await world.calls.echo(EchoRequest())
            }
            try await world.clock.sleep(for: .seconds(1))
            let before = world.clock.uptime
            await world.client.shutdown()
            #expect(world.clock.uptime - before < .milliseconds(5))
            await #expect { try await waiting.value } throws: { ($0 as? RPCFailure)?.reason == "CLIENT_SHUT_DOWN" }
        }
    }

    @Test func `an address from where nothing comes back is given up after a while`() throws {
        let world = try EchoSimulation()
        world.network.silent = [world.address]
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure.reason == "CANNOT_CONNECT" && failure.isNotProcessed)
        #expect(failure.message.contains("no answer in time"))
        let settings = ClientSettings()
        let longest = settings.connectPatience + settings.connectTimeout
        #expect(world.clock.uptime <= Uptime(nanoseconds: 0) + longest)
    }

    @Test func `a client that was shut down makes no more calls`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            await world.client.shutdown()
            await world.client.shutdown()
            _ = try await world.calls.echo(EchoRequest())
        }
        #expect(failure.reason == "CLIENT_SHUT_DOWN" && failure.isNotProcessed)
    }

    // MARK: Drain

    @Test(arguments: 1...20) func `a drain with calls and streams in flight loses none`(seed: UInt64) throws {
        let cluster = try Cluster(2, seed: seed)
        let loop = cluster.simulation.loops.all[0]
        let outcome = try cluster.simulation.run {
            let calls = (0..<40).map { number in
                Task(executorPreference: loop) {
                    for _ in 0..<20 {
                        _ = try await cluster.calls.add(AddRequest(amount: 1))
                        _ = try await cluster.calls.wait(WaitRequest(milliseconds: UInt32(number)))
                    }
                }
            }
            let streams = (0..<10).map { _ in
                Task(executorPreference: loop) {
                    var numbers: [UInt64] = []
                    let stream = cluster.calls.count(CountRequest(limit: 2000)) { request, last in
                        CountRequest(limit: request.limit, after: last?.number ?? 0)
                    }
                    for try await item in stream { numbers.append(item.number) }
                    return numbers
                }
            }
            try await cluster.simulation.clock.sleep(for: .milliseconds(30))
            await cluster.servers[0].shutdown()
            for call in calls { try await call.value }
            var complete = 0
            for stream in streams where try await stream.value == Array(1...2000) { complete += 1 }
            return complete
        }
        #expect(outcome == 10)
        #expect(cluster.echoes.map(\.total).reduce(0, +) == 800, "each write ran exactly once")
        #expect(cluster.servers[0].connectionCount == 0 && cluster.servers[0].inFlight == 0)
    }

    @Test func `a drain cuts what has not ended after its grace`() throws {
        let world = try EchoSimulation()
        try world.run {
            let call = Task(executorPreference: world.simulation.loops.all[0]) {
                try await world.calls.wait(WaitRequest(milliseconds: 9000))
            }
            try await world.clock.sleep(for: .milliseconds(50))
            let before = world.clock.uptime
            await world.server.shutdown(grace: .seconds(2))
            #expect(world.clock.uptime - before < .milliseconds(2100))
            await #expect(throws: RPCFailure.self) { try await call.value }
        }
        #expect(world.server.inFlight == 0)
    }

    @Test func `a draining server refuses what comes after, unprocessed`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(.request(1, EchoMethods.wait, WaitRequest(milliseconds: 3000)))
        world.simulation.run(for: .milliseconds(10))
        world.simulation.start { await world.server.shutdown() }
        world.simulation.run(for: .milliseconds(100))
        let first = try #require(wire.received.first { $0.kind == .goaway })
        #expect(try GoAway(decoding: first.payload).lastID == .max)
        try wire.send(.request(2, EchoMethods.wait, WaitRequest(milliseconds: 1)))
        world.simulation.run(for: .milliseconds(100))
        #expect(wire.replies(to: 2).first?.status == nil, "between the two steps calls are still taken")
        world.simulation.run(for: .seconds(1))
        let second = try #require(wire.received.last { $0.kind == .goaway })
        #expect(try GoAway(decoding: second.payload).lastID == 2)
        try wire.send(.request(3, EchoMethods.echo, EchoRequest()))
        world.simulation.run(for: .milliseconds(100))
        let status = try #require(wire.replies(to: 3).first?.status)
        #expect(status.reason == "DRAINING" && status.flags == 1)
        world.simulation.run(for: .seconds(3))
        #expect(wire.replies(to: 1).first?.status == nil && wire.isClosed)
    }

    // MARK: Several addresses

    @Test func `with two of three addresses dead, calls go through the third`() throws {
        let cluster = try Cluster(3)
        cluster.simulation.network.unreachable = [cluster.addresses[0], cluster.addresses[2]]
        let before = cluster.simulation.clock.uptime
        try cluster.simulation.run {
            for _ in 0..<50 { _ = try await cluster.calls.echo(EchoRequest()) }
        }
        #expect(cluster.runs(EchoMethods.echo.description) == [0, 50, 0])
        #expect(cluster.simulation.clock.uptime - before < .seconds(1))
    }

    @Test func `calls are spread by what is in flight, and a dead address is tried again`() throws {
        let cluster = try Cluster(3)
        let network = cluster.simulation.network
        network.unreachable = [cluster.addresses[1]]
        let loop = cluster.simulation.loops.all[0]
        @Sendable func waves(_ count: Int) async throws {
            for _ in 0..<count {
                let wave = (0..<30).map { _ in
                    Task(executorPreference: loop) { try await cluster.calls.wait(WaitRequest(milliseconds: 100)) }
                }
                for call in wave { _ = try await call.value }
            }
        }
        try cluster.simulation.run { try await waves(10) }
        let first = cluster.runs(EchoMethods.wait.description)
        #expect(first[1] == 0 && abs(first[0] - first[2]) < 60, "\(first)")
        network.unreachable = []
        try cluster.simulation.run { try await waves(100) }
        let second = cluster.runs(EchoMethods.wait.description)
        #expect(second[1] > 500, "\(second)")
    }

    // MARK: Retries

    @Test(arguments: 1...10) func `what is safe to repeat survives lost connections`(seed: UInt64) throws {
        let world = try EchoSimulation(seed: seed)
        var frames = 0
        world.network.interfere = { _ in
            frames += 1
            return frames % 40 == 39 ? .cut : .deliver
        }
        try world.run {
            for number: UInt8 in 0..<200 {
                let reply = try await world.calls.echo(EchoRequest(payload: [number]))
                #expect(reply.payload == [number])
            }
        }
    }

    @Test func `what is not safe to repeat is sent once, and its failure says that it may have happened`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in
            !frame.isRequestDirection && frame.envelope.kind == .reply ? .cut : .deliver
        }
        let failure = try failure(of: world) { _ = try await world.calls.add(AddRequest(amount: 1)) }
        #expect(failure.code == .unavailable && failure.isIndefinite && !failure.isNotProcessed)
        #expect(world.echo.total == 1)
    }

    @Test func `a request lost on the way ends at its deadline, indefinite`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in frame.envelope.kind == .request ? .drop : .deliver }
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(), CallOptions(timeout: .seconds(1)))
        }
        #expect(failure.code == .deadlineExceeded && failure.isIndefinite)
    }

    @Test func `a request that the network doubles runs once`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in frame.envelope.kind == .request ? .double : .deliver }
        let failure: RPCFailure? = try world.run {
            do throws(RPCFailure) {
                _ = try await world.calls.add(AddRequest(amount: 1))
                return nil
            } catch {
                return error
            }
        }
        #expect(world.echo.total == 1)
        if let failure { #expect(failure.isIndefinite, "either it is answered, or it says that it may have happened") }
    }

    @Test func `a request doubled by a retry says which try it is`() throws {
        let world = try EchoSimulation()
        var cuts = 0
        world.network.interfere = { frame in
            guard !frame.isRequestDirection, frame.envelope.kind == .reply, cuts < 2 else { return .deliver }
            cuts += 1
            return .cut
        }
        var random = SeededGenerator(seed: 1)
        let id = RequestID.make(at: .noon, using: &random)
        try world.run { _ = try await world.calls.echo(EchoRequest(), CallOptions(requestID: id)) }
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 3)
        #expect(world.echo.lastCall?.attempt == 2 && world.echo.lastCall?.requestIDIfAny == id)
    }

    @Test func `retries come from a budget that runs out`() throws {
        let world = try EchoSimulation()
        let tries = try world.run {
            for _ in 0..<300 {
                _ = try? await world.calls.fail(FailRequest(code: StatusCode.unavailable.rawValue, reason: "DOWN"))
            }
            return world.echo.runCount(of: EchoMethods.fail.description)
        }
        #expect(tries > 350 && tries < 300 + 100 + 60 + 10, "three hundred calls, a hundred spare, one for each five")
    }

    @Test func `retry_after_ms is waited for`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            _ = try await world.calls.fail(
                FailRequest(code: StatusCode.unavailable.rawValue, reason: "BUSY", retryAfterMs: 700))
        }
        #expect(failure.reason == "BUSY")
        #expect(world.clock.uptime >= Uptime(nanoseconds: 0) + .milliseconds(2100), "three pauses between four tries")
    }

    @Test func `a definite failure is not tried again`() throws {
        let world = try EchoSimulation()
        for code in [StatusCode.aborted, .notFound, .permissionDenied, .internal, .resourceExhausted] {
            _ = try failure(of: world) { _ = try await world.calls.fail(FailRequest(code: code.rawValue)) }
        }
        #expect(world.echo.runCount(of: EchoMethods.fail.description) == 5)
    }

    // MARK: Cancellation

    @Test func `a cancelled call ends at once, and so does its handler`() throws {
        let world = try EchoSimulation()
        try world.run {
            let call = Task(executorPreference: world.simulation.loops.all[0]) {
                try await world.calls.wait(WaitRequest(milliseconds: 9000))
            }
            try await world.clock.sleep(for: .milliseconds(50))
            call.cancel()
            await #expect { try await call.value } throws: { ($0 as? RPCFailure)?.code == .cancelled }
        }
        world.simulation.run(for: .milliseconds(10))
        #expect(world.server.inFlight == 0 && world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(200))
    }

    @Test func `cancellation is carried to calls within the call`() throws {
        let world = try EchoSimulation()
        let inner = world.calls
        let relay = Server(
            [
                ServedService(
                    EchoMethods.service,
                    [Route(EchoMethods.wait) { request, _ in try await inner.wait(request) }])
            ], on: world.simulation.loops, network: world.network)
        let address = try relay.listen(on: .loopback(0))
        let outer = EchoClient(Client(to: [address], on: world.simulation.loops, network: world.network))
        try world.run {
            let call = Task(executorPreference: world.simulation.loops.all[0]) {
                try await outer.wait(WaitRequest(milliseconds: 9000))
            }
            try await world.clock.sleep(for: .milliseconds(50))
            #expect(relay.inFlight == 1 && world.server.inFlight == 1)
            call.cancel()
            _ = try? await call.value
            try await world.clock.sleep(for: .milliseconds(20))
            #expect(relay.inFlight == 0 && world.server.inFlight == 0)
        }
    }

    // MARK: Everything at once

    @Test(arguments: 1...30) func `under any faults every call ends by its deadline, and nothing is left over`(
        seed: UInt64
    ) throws {
        let world = try EchoSimulation(seed: seed)
        var random = SeededGenerator(seed: seed &* 77)
        world.network.interfere = { _ in
            switch Int.random(in: 0..<200, using: &random) {
            case 0: .drop
            case 1: .double
            case 2: .delay(.milliseconds(Int.random(in: 1...500, using: &random)))
            case 3: .cut
            default: .deliver
            }
        }
        let loop = world.simulation.loops.all[0]
        let late = try world.run {
            let calls = (0..<50).map { number in
                Task(executorPreference: loop) {
                    var late = 0
                    for _ in 0..<20 {
                        let before = world.clock.uptime
                        _ = try? await world.calls.wait(
                            WaitRequest(milliseconds: UInt32(number)), CallOptions(timeout: .seconds(1)))
                        if world.clock.uptime - before > .milliseconds(1002) { late += 1 }
                    }
                    return late
                }
            }
            var late = 0
            for call in calls { late += await call.value }
            return late
        }
        #expect(late == 0)
        world.simulation.run(for: .minutes(1))
        #expect(world.server.inFlight == 0)
    }

    @Test func `the same seed gives the same history`() throws {
        func history(_ seed: UInt64) throws -> [String] {
            let world = try EchoSimulation(seed: seed)
            var frames: [String] = []
            world.network.interfere = { frame in
                frames.append(
                    "\(world.clock.uptime.nanoseconds) \(frame.isRequestDirection) \(frame.envelope.kind) \(frame.envelope.id)"
                )
                return .deliver
            }
            let loop = world.simulation.loops.all[0]
            try world.run {
                let calls = (0..<20).map { number in
                    Task(executorPreference: loop) { try await world.calls.wait(WaitRequest(milliseconds: number % 7)) }
                }
                for call in calls { _ = try await call.value }
            }
            return frames
        }
        let first = try history(5)
        #expect(try history(5) == first)
        #expect(try history(6) != first)
    }
}
