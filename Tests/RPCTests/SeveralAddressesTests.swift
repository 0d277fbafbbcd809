import Kernel
import RPC
import TestSupport
import Testing

/// A client with several addresses.
@Suite struct SeveralAddressesTests {
    @Test func `calls use the only reachable address of three`() throws {
        let cluster = try Cluster(3)
        cluster.simulation.network.unreachable = [cluster.addresses[0], cluster.addresses[2]]
        let before = cluster.simulation.clock.uptime
        try cluster.simulation.run {
            for _ in 0..<50 { _ = try await cluster.calls.echo(EchoRequest()) }
        }
        #expect(cluster.runs(EchoMethods.echo.description) == [0, 50, 0])
        #expect(cluster.simulation.clock.uptime - before < .seconds(1))
    }

    @Test func `calls go to the least busy address, and an unreachable one is retried`() throws {
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
}
