import Kernel
import RPC
import TestSupport
import Testing

@Suite struct DeadlineTests {
    @Test func `a slow call ends at its deadline on both sides`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            _ = try await world.calls.wait(WaitRequest(milliseconds: 5000), CallOptions(timeout: .milliseconds(100)))
        }
        #expect(failure.code == .deadlineExceeded && failure.isIndefinite)
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(110))
        world.simulation.run(for: .milliseconds(50))
        #expect(world.server.inFlight == 0, "the handler was cancelled")
    }

    @Test func `a call without a timeout gets the default deadline`() throws {
        var settings = ClientSettings()
        settings.limits.defaultTimeout = .seconds(7)
        let world = try EchoSimulation(settings: settings)
        let failure = try failure(of: world) { _ = try await world.calls.wait(WaitRequest(milliseconds: 60_000)) }
        #expect(failure.code == .deadlineExceeded)
        #expect(world.clock.uptime >= Uptime(nanoseconds: 0) + .seconds(7))
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(7010))
    }

    @Test func `a missing timeout gets the server's default, and a huge one its maximum`()
        throws
    {
        var limits = Limits()
        limits.longestTimeout = .seconds(3)
        var settings = ClientSettings()
        settings.limits.defaultTimeout = .hours(2)
        let world = try EchoSimulation(limits: limits, settings: settings)
        let failure = try failure(of: world) { _ = try await world.calls.wait(WaitRequest(milliseconds: 3_600_000)) }
        #expect(failure.code == .deadlineExceeded)
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(3010))
    }

    @Test func `a nested call ends before its outer call's deadline`() throws {
        let world = try EchoSimulation()
        let inner = world.calls
        let relay = Server(
            [
                ServedService(
                    EchoMethods.service,
                    [
                        Route(EchoMethods.echo) { request, _ in
                            do throws(RPCFailure) {
                                _ = try await inner.wait(WaitRequest(milliseconds: 60_000))
                            } catch {
                                return EchoReply(payload: Array(error.reason.utf8))
                            }
                            return EchoReply()
                        }
                    ])
            ], on: world.simulation.loops, network: world.network)
        let address = try relay.listen(on: .loopback(0))
        let outer = EchoClient(Client(to: [address], on: world.simulation.loops, network: world.network))
        let reply = try world.run { try await outer.echo(EchoRequest(), CallOptions(timeout: .milliseconds(200))) }
        #expect(reply.payload == Array("DEADLINE_EXCEEDED".utf8))
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(200))
    }

    @Test func `a nested call inherits request id and trace`() throws {
        let world = try EchoSimulation()
        let inner = world.calls
        let relay = Server(
            [
                ServedService(
                    EchoMethods.service, [Route(EchoMethods.echo) { request, _ in try await inner.echo(request) }])
            ], on: world.simulation.loops, network: world.network)
        let address = try relay.listen(on: .loopback(0))
        let outer = EchoClient(Client(to: [address], on: world.simulation.loops, network: world.network))
        var random = SeededGenerator(seed: 4)
        let id = RequestID.make(at: .noon, using: &random)
        let trace = TraceContext(trace: TraceID(high: 1, low: 2), span: 3, flags: 1)
        try world.run { _ = try await outer.echo(EchoRequest(), CallOptions(requestID: id, trace: trace)) }
        let call = try #require(world.echo.lastCall)
        #expect(try call.requestID == id)
        #expect(call.trace?.trace == trace.trace && call.trace?.span != trace.span)
    }

    @Test func `a failure after a committed effect is not reported as unprocessed`() throws {
        struct Trouble: Error {}
        let world = try EchoSimulation()
        let inner = world.calls
        var hooks = ServerHooks.trusting
        hooks.failure = { $0 is Trouble ? RPCFailure(.resourceExhausted, "BUSY", "").notProcessed() : nil }
        let relay = Server(
            [
                ServedService(
                    EchoMethods.service,
                    [
                        Route(EchoMethods.wait) { request, call in
                            if request.milliseconds == 1 { call.leavesTraces() }
                            if request.milliseconds == 2 { _ = try await inner.echo(EchoRequest()) }
                            throw Trouble()
                        }
                    ])
            ], on: world.simulation.loops, network: world.network, hooks: hooks)
        let address = try relay.listen(on: .loopback(0))
        let outer = EchoClient(Client(to: [address], on: world.simulation.loops, network: world.network))
        for (request, isNotProcessed) in [(0, true), (1, false), (2, false)] as [(UInt32, Bool)] {
            let failure = try failure(of: world) { _ = try await outer.wait(WaitRequest(milliseconds: request)) }
            #expect(failure.reason == "BUSY")
            #expect(failure.isNotProcessed == isNotProcessed && failure.isIndefinite == !isNotProcessed)
        }
    }

    @Test func `a request that expired before it was read is refused without running`() throws {
        var limits = Limits()
        limits.highWaterBytes = 1
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        let large = EchoRequest(payload: [UInt8](repeating: 1, count: 200_000))
        wire.isReading = false
        try wire.send(.request(1, EchoMethods.echo, large))
        world.simulation.run(for: .milliseconds(100))
        // The next two are read together; the reply to the first of them holds back the second.
        try wire.send(.request(2, EchoMethods.echo, large))
        try wire.send(.request(3, EchoMethods.echo, EchoRequest(), timeout: .milliseconds(50)))
        world.simulation.run(for: .milliseconds(20))
        wire.isReading = true
        world.simulation.run(for: .microseconds(10))
        wire.isReading = false
        world.simulation.run(for: .milliseconds(200))
        wire.isReading = true
        world.simulation.run(for: .seconds(1))
        #expect(wire.received.map(\.id) == [1, 2, 3])
        let status = try #require(wire.received.last?.status)
        #expect(status.code == StatusCode.deadlineExceeded.number && status.flags == 1, "NOT_PROCESSED")
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 2)
    }

    @Test func `a call that expires while waiting for a connection is unprocessed`() throws {
        let world = try EchoSimulation()
        world.network.unreachable = [world.address]
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(), CallOptions(timeout: .milliseconds(300)))
        }
        #expect(failure.code == .deadlineExceeded && failure.isNotProcessed)
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .milliseconds(310))
    }
}
