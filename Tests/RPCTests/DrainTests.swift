import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct DrainTests {
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
                    for try await item in cluster.calls.count(CountRequest(limit: 2000)) { numbers.append(item.number) }
                    return numbers
                }
            }
            try await cluster.simulation.clock.sleep(for: .milliseconds(30))
            await cluster.servers[0].shutdown()
            for call in calls { try await call.value }
            var complete = 0
            for stream in streams where try await stream.value.suffix(2000) == Array(1...2000) { complete += 1 }
            return complete
        }
        #expect(outcome == 10)
        #expect(cluster.echoes.map(\.total).reduce(0, +) == 800, "each write ran exactly once")
        #expect(cluster.servers[0].connectionCount == 0 && cluster.servers[0].inFlight == 0)
    }

    @Test func `a drain cuts the remaining calls after its grace period`() throws {
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

    @Test func `a draining server refuses new calls as unprocessed`() throws {
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
        #expect(wire.replies(to: 2).first?.status == nil, "calls are still accepted between the two steps")
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
}
