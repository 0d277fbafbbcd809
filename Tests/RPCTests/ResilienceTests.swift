import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ResilienceTests {
    // MARK: Connections that end

    @Test func `a lost peer is detected within seconds`() throws {
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
        #expect(world.server.connectionCount == 0, "the server has detected it, too")
    }

    @Test func `calls wait during a reconnect and then succeed`() throws {
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

    @Test func `a call to an unreachable address fails after its wait`() throws {
        let world = try EchoSimulation()
        world.network.unreachable = [world.address]
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure.reason == "CANNOT_CONNECT" && failure.isNotProcessed)
        #expect(failure.message.contains("\(world.address)"))
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .seconds(10))
    }

    @Test func `attempts to connect back off`() throws {
        let world = try EchoSimulation()
        world.network.unreachable = [world.address]
        _ = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(world.network.connectCount > 4 && world.network.connectCount < 20)
    }

    @Test(arguments: [false, true])
    func `shutdown waits neither for a back-off nor for an attempt`(isSilent: Bool) throws {
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

    @Test func `a silent address times out`() throws {
        let world = try EchoSimulation()
        world.network.silent = [world.address]
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure.reason == "CANNOT_CONNECT" && failure.isNotProcessed)
        #expect(failure.message.contains("no answer in time"))
        let settings = ClientSettings()
        let longest = settings.longestConnectionWait + settings.connectTimeout
        #expect(world.clock.uptime <= Uptime(nanoseconds: 0) + longest)
    }

    @Test func `a client refuses calls after shutdown`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            await world.client.shutdown()
            await world.client.shutdown()
            _ = try await world.calls.echo(EchoRequest())
        }
        #expect(failure.reason == "CLIENT_SHUT_DOWN" && failure.isNotProcessed)
    }

    // MARK: Retries

    @Test(arguments: 1...10) func `repeatable calls survive lost connections`(seed: UInt64) throws {
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

    @Test func `an unrepeatable call is sent once and its failure is indefinite`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in
            !frame.isRequestDirection && frame.envelope.kind == .reply ? .cut : .deliver
        }
        let failure = try failure(of: world) { _ = try await world.calls.add(AddRequest(amount: 1)) }
        #expect(failure.code == .unavailable && failure.isIndefinite && !failure.isNotProcessed)
        #expect(world.echo.total == 1)
    }

    @Test func `a lost request fails at its deadline as indefinite`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in frame.envelope.kind == .request ? .drop : .deliver }
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(), CallOptions(timeout: .seconds(1)))
        }
        #expect(failure.code == .deadlineExceeded && failure.isIndefinite)
    }

    @Test func `a duplicated request runs once`() throws {
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
        if let failure { #expect(failure.isIndefinite, "a call without an answer is indefinite") }
    }

    @Test func `a retry carries its attempt number`() throws {
        let world = try EchoSimulation()
        var cuts = 0
        var attempts: [UInt32] = []
        world.network.interfere = { frame in
            if frame.envelope.kind == .request { attempts.append(frame.envelope.attempt) }
            guard !frame.isRequestDirection, frame.envelope.kind == .reply, cuts < 2 else { return .deliver }
            cuts += 1
            return .cut
        }
        var random = SeededGenerator(seed: 1)
        let id = RequestID.make(at: .noon, using: &random)
        try world.run { _ = try await world.calls.echo(EchoRequest(), CallOptions(requestID: id)) }
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 3)
        #expect(attempts == [0, 1, 2] && world.echo.lastCall?.requestIDIfAny == id)
    }

    @Test func `retries come from a budget that runs out`() throws {
        let world = try EchoSimulation()
        let tries = try world.run {
            for _ in 0..<300 {
                _ = try? await world.calls.fail(FailRequest(code: StatusCode.unavailable.number, reason: "DOWN"))
            }
            return world.echo.runCount(of: EchoMethods.fail.description)
        }
        #expect(
            tries > 350 && tries < 300 + 100 + 60 + 10,
            "300 calls, 100 retries of the budget, and one for each five calls")
    }

    @Test func `a retry waits for retry_after_ms`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            _ = try await world.calls.fail(
                FailRequest(code: StatusCode.unavailable.number, reason: "BUSY", retryAfterMs: 700))
        }
        #expect(failure.reason == "BUSY")
        #expect(world.clock.uptime >= Uptime(nanoseconds: 0) + .milliseconds(2100), "three pauses between four tries")
    }

    @Test func `a definite failure is not retried`() throws {
        let world = try EchoSimulation()
        for code in [StatusCode.aborted, .notFound, .permissionDenied, .internal, .resourceExhausted] {
            _ = try failure(of: world) { _ = try await world.calls.fail(FailRequest(code: code.number)) }
        }
        #expect(world.echo.runCount(of: EchoMethods.fail.description) == 5)
    }

    // MARK: Cancellation

    @Test func `a cancelled call and its handler end immediately`() throws {
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

    @Test func `cancellation propagates to nested calls`() throws {
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

    @Test(arguments: 1...30) func `under random faults every call ends by its deadline and nothing leaks`(
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
