import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct LimitTests {
    @Test func `calls in flight on a connection are limited, with a retry delay`() throws {
        var limits = Limits()
        limits.inFlightPerConnection = 3
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        for id: UInt64 in 1...5 { try wire.send(.request(id, EchoMethods.wait, WaitRequest(milliseconds: 100))) }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 3)
        for id: UInt64 in 4...5 {
            let status = try #require(wire.replies(to: id).first?.status)
            #expect(status.reason == "TOO_MANY_CALLS" && status.flags == 1 && status.retryAfterMs > 0)
        }
        world.simulation.run(for: .milliseconds(200))
        #expect((1...5).allSatisfy { wire.replies(to: $0).count == 1 })
        #expect(world.server.inFlight == 0)
    }

    @Test func `calls in flight in a program are limited over all connections`() throws {
        var limits = Limits()
        limits.inFlight = 2
        let world = try EchoSimulation(limits: limits)
        let wires = try (0..<3).map { _ in try world.rawConnection() }
        for wire in wires { try wire.send(.request(1, EchoMethods.wait, WaitRequest(milliseconds: 100))) }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 2)
        #expect(wires.filter { $0.replies(to: 1).first?.status?.reason == "TOO_MANY_CALLS" }.count == 1)
    }

    @Test func `a client queues calls above the server's limit`() throws {
        let refusals = Recorder<RPCFailure>()
        var limits = Limits()
        limits.inFlightPerConnection = 2
        var hooks = ServerHooks.trusting
        hooks.refused = { refusals.add($0) }
        let world = try EchoSimulation(limits: limits, hooks: hooks)
        try world.run {
            _ = try await world.calls.echo(EchoRequest())  // HELLO has been exchanged.
            let begin = world.clock.uptime
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask { _ = try await world.calls.wait(WaitRequest(milliseconds: 20)) }
                }
                try await group.waitForAll()
            }
            #expect(world.clock.uptime - begin < .milliseconds(70), "five calls, two at a time")
        }
        #expect(refusals.all == [])
    }

    @Test func `waiting calls start in order when there is room`() throws {
        let refusals = Recorder<RPCFailure>()
        var hooks = ServerHooks.trusting
        hooks.refused = { refusals.add($0) }
        var limits = Limits()
        limits.inFlightPerUser = limits.inFlightPerConnection
        let world = try EchoSimulation(limits: limits, hooks: hooks)
        let loop = world.simulation.loops.all[0]
        @Sendable func burst() async throws {
            let calls = (0..<3000).map { _ in
                Task(executorPreference: loop) { try await world.calls.wait(WaitRequest(milliseconds: 10)) }
            }
            for call in calls { _ = try await call.value }
        }
        try world.run {
            try await burst()
            world.network.unreachable = [world.address]
            world.network.connections[0].cut()
            try await world.clock.sleep(for: .milliseconds(10))
            let again = Task(executorPreference: loop) { try await burst() }
            try await world.clock.sleep(for: .seconds(1))
            world.network.unreachable = []
            try await again.value
        }
        #expect(refusals.all == [] && world.echo.runCount(of: EchoMethods.wait.description) == 6000)
    }

    @Test func `the number of waiting calls is limited`() throws {
        var settings = ClientSettings()
        settings.limits.inFlight = 10
        let world = try EchoSimulation(settings: settings)
        world.network.unreachable = [world.address]
        let reasons = try world.run {
            await withTaskGroup(of: String.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do throws(RPCFailure) {
                            _ = try await world.calls.echo(EchoRequest(), CallOptions(timeout: .milliseconds(40)))
                            return ""
                        } catch {
                            return error.reason
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(reasons.filter { $0 == "TOO_MANY_CALLS" }.count == 2)
        #expect(reasons.filter { $0 == "DEADLINE_EXCEEDED" }.count == 10)
    }

    @Test func `refused requests are counted by reason`() throws {
        let refusals = Recorder<RPCFailure>()
        var limits = Limits()
        limits.inFlightPerConnection = 1
        var hooks = ServerHooks.trusting
        hooks.refused = { refusals.add($0) }
        let world = try EchoSimulation(limits: limits, hooks: hooks)
        let wire = try world.rawConnection()
        for id: UInt64 in 1...2 { try wire.send(.request(id, EchoMethods.wait, WaitRequest(milliseconds: 100))) }
        try wire.send(Envelope(id: 3, kind: .request, method: "nothing"))
        world.simulation.run(for: .milliseconds(200))
        try wire.send(.request(4, EchoMethods.add, AddRequest()))
        world.simulation.run(for: .milliseconds(20))
        #expect(refusals.all.map(\.reason) == ["TOO_MANY_CALLS", "METHOD_UNKNOWN", "CREDENTIAL_MISSING"])
    }

    @Test func `calls refused above a limit are retried after the delay`() throws {
        var limits = Limits()
        limits.inFlightPerConnection = 2
        let world = try EchoSimulation(limits: limits)
        let succeeded = try world.run {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask { (try? await world.calls.wait(WaitRequest(milliseconds: 20))) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        #expect(succeeded == 5)
    }

    @Test func `an oversized request is refused by its sender with both sizes`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 0, count: 300_000)))
        }
        #expect(failure.reason == "REQUEST_TOO_LARGE" && failure.isNotProcessed)
        #expect(failure.message.contains("300004") && failure.message.contains("262144"))
        #expect(world.echo.lastCall == nil)
    }

    @Test func `an oversized request is skipped and the connection continues`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(.request(1, EchoMethods.echo, EchoRequest(payload: Array(repeating: 0, count: 300_000))))
        try wire.send(.request(2, EchoMethods.echo, EchoRequest(payload: [1])))
        world.simulation.run(for: .seconds(2))
        let status = try #require(wire.replies(to: 1).first?.status)
        #expect(status.reason == "REQUEST_TOO_LARGE" && status.flags == 1)
        #expect(status.message.contains("262144") && status.message.contains("3000"))
        #expect(try EchoReply(decoding: wire.replies(to: 2)[0].payload).payload == [1])
    }

    @Test func `an oversized reply is refused by the server with both sizes`() throws {
        var limits = Limits()
        limits.replyBytes = 1000
        let world = try EchoSimulation(limits: limits)
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 0, count: 2000)))
        }
        #expect(failure.reason == "REPLY_TOO_LARGE" && failure.isIndefinite)
        #expect(failure.message.contains("1000") && failure.message.contains("2003"))
    }

    @Test func `a reply above the client's limit is refused by the server`() throws {
        var settings = ClientSettings()
        settings.limits.replyBytes = 1000
        let world = try EchoSimulation(settings: settings)
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 0, count: 2000)))
        }
        #expect(failure.reason == "REPLY_TOO_LARGE")
        #expect(try world.run { try await world.calls.echo(EchoRequest(payload: [1])) }.payload == [1])
    }

    @Test func `a reply near the limit is either delivered or refused by the server`() throws {
        var settings = ClientSettings()
        settings.limits.replyBytes = 1000
        let world = try EchoSimulation(settings: settings)
        let sizes = Array(960...1000)
        let outcomes = try world.run {
            var outcomes: [RPCFailure?] = []
            for size in sizes {
                do throws(RPCFailure) {
                    _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 0, count: size)))
                    outcomes.append(nil)
                } catch {
                    outcomes.append(error)
                }
            }
            return outcomes
        }
        #expect(outcomes.first == .some(nil) && outcomes.last != .some(nil))
        #expect(outcomes.compactMap(\.self).allSatisfy { $0.message.hasPrefix("an answer of") })
    }

    @Test func `a reply of exactly the limit is sent, and one of a byte more is not`() throws {
        var settings = ClientSettings()
        settings.limits.replyBytes = 1000
        let world = try EchoSimulation(settings: settings)
        // 33 bytes are kept for the envelope, and 3 are the header of the payload.
        let largest = 1000 - 33 - 3
        let reply = try world.run {
            try await world.calls.echo(EchoRequest(payload: Array(repeating: 7, count: largest)))
        }
        #expect(reply.payload.count == largest)
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 7, count: largest + 1)))
        }
        #expect(failure.reason == "REPLY_TOO_LARGE")
    }

    @Test func `metadata above its limit is not sent`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            let entries = (0..<33).map { MetadataField(key: "\($0)") }
            _ = try await world.calls.echo(EchoRequest(), CallOptions(metadata: entries))
        }
        #expect(failure.isNotProcessed && failure.reason == "METADATA_TOO_LARGE")
    }

    @Test func `connections above the limit are refused with a reason`() throws {
        var limits = Limits()
        limits.connections = 2
        let world = try EchoSimulation(limits: limits)
        let wires = try (0..<3).map { _ in try world.rawConnection() }
        world.simulation.run(for: .milliseconds(50))
        #expect(wires.map(\.isClosed) == [false, false, true])
        let goAway = try #require(wires[2].received.first { $0.kind == .goaway })
        #expect(try GoAway(decoding: goAway.payload).status?.reason == "TOO_MANY_CONNECTIONS")
        #expect(world.server.connectionCount == 2)
    }

    @Test func `a peer that does not read blocks only itself and is finally cut`() throws {
        var limits = Limits()
        limits.highWaterBytes = 100_000
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        wire.isReading = false
        for id: UInt64 in 1...100 {
            try wire.send(.request(id, EchoMethods.echo, EchoRequest(payload: Array(repeating: 1, count: 50_000))))
        }
        world.simulation.run(for: .seconds(5))
        #expect(world.echo.runCount(of: EchoMethods.echo.description) < 10, "the network still has the rest")
        let other = try world.run { try await world.calls.echo(EchoRequest(payload: [7])) }
        #expect(other.payload == [7])
        world.simulation.run(for: limits.stall + .seconds(2))
        #expect(world.server.connectionCount == 1 && world.server.inFlight == 0)
        wire.isReading = true
        world.simulation.run(for: .seconds(1))
        #expect(wire.isClosed)
    }

    @Test func `an unfinished frame costs its sender the connection`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        wire.send([0, 0, 1, 0, 8, 1])
        world.simulation.run(for: .seconds(15))
        #expect(!wire.isClosed)
        world.simulation.run(for: .seconds(10))
        #expect(wire.isClosed && world.server.connectionCount == 0)
    }
}
