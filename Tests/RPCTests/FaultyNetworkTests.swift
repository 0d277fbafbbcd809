import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import Threads

/// Clients and servers over a network with faults.
@Suite struct FaultyNetworkTests {
    @Test func `calls over a faulty network end in time, and repeatable ones succeed`() async throws {
        let world = try SocketWorld()
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

    @Test func `no repeatable call fails when a server restarts under 64 clients`() async throws {
        let world = try SocketWorld()
        let second = Server([world.echo.service], on: world.loops)
        let mustStop = Flag()
        let clients = (0..<64).map { number in
            Task { await callAgainAndAgain(world, UInt8(number), until: mustStop) }
        }
        // On a loop, because other tests may keep all other threads busy for longer than a restart may take.
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
        #expect(longest < Limits().defaultTimeout, "no call was close to its deadline")
        await second.shutdown()
        await world.stop()
    }

    /// Returns the failures as text, and the duration of the longest call.
    private func callAgainAndAgain(
        _ world: SocketWorld, _ number: UInt8, until mustStop: Flag
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
