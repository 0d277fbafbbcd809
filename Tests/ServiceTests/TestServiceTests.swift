import Identity
import Kernel
import RPC
import Service
import Telemetry
import TestSupport
import Testing

@Suite struct TestServiceTests {
    private func failure(_ body: () async throws -> Void) async throws -> RPCFailure {
        try #require(await #expect(throws: RPCFailure.self) { try await body() })
    }

    @Test(arguments: Engine.available) func `a user with a credential may call`(engine: Engine) async throws {
        try await TestService.with(.echo, on: engine) { service in
            let reply = try await EchoClient(service.client(of: .alice)).add(AddRequest(amount: 5))
            #expect(reply.total == 5)
        }
    }

    @Test func `a caller without a credential or in another role is refused`() async throws {
        try await TestService.with(.echo, on: .memory) { service in
            let nobody = try await failure { _ = try await EchoClient(service.client(of: nil)).add(AddRequest()) }
            #expect(nobody.code == .unauthenticated)
            let other = try await failure { _ = try await EchoClient(service.client(of: .operator)).add(AddRequest()) }
            #expect(other.code == .permissionDenied)
            let metrics = service.instances[0].metrics.prometheusText
            for reason in ["CREDENTIAL_MISSING", "ROLE_NOT_ALLOWED"] {
                #expect(metrics.contains("rpc_refusals_total{reason=\"\(reason)\"} 1"))
            }
        }
    }

    @Test func `a credential that is forged, expired or signed with another key is refused`() async throws {
        try await TestService.with(.echo, on: .memory) { service in
            let now = service.clock.now
            var forged = TestCaller.alice.credential(service.keys)
            forged[10] ^= 1
            for (credential, reason) in [
                (forged, "CREDENTIAL_INVALID"),
                (TestCaller.alice.credential(.random()), "CREDENTIAL_INVALID"),
                (TestCaller.alice.credential(service.keys, until: now), "CREDENTIAL_EXPIRED"),
            ] {
                let client = EchoClient(service.client(of: nil))
                let refused = try await failure {
                    _ = try await client.add(AddRequest(), CallOptions(credential: credential))
                }
                #expect(refused.code == .unauthenticated && refused.reason == reason)
            }
        }
    }

    @Test func `a credential is valid until it expires, with every key of the file`() async throws {
        var keys = KeyFile.random()
        let old = TestCaller.alice.credential(keys, until: .noon + .seconds(1))
        try keys.promote(keys.stage(.auth), of: .auth)
        try await TestService.with(.echo, on: .memory, keys: keys) { service in
            let client = EchoClient(service.client(of: nil))
            _ = try await client.add(AddRequest(), CallOptions(credential: old))
        }
    }

    @Test func `a database error is translated, without its message`() async throws {
        try await TestService.with(.echo, on: .memory) { service in
            let lost = try await failure { _ = try await EchoClient(service.client(of: nil)).wait(WaitRequest()) }
            #expect(lost.code == .unavailable && lost.reason == "DATABASE_UNAVAILABLE" && lost.isIndefinite)
            #expect(!lost.message.contains("fire"))
        }
    }

    @Test func `each call is counted once, by its code`() async throws {
        try await TestService.with(.echo, on: .memory) { service in
            let client = EchoClient(service.client(of: .alice))
            for _ in 0..<3 { _ = try await client.add(AddRequest(amount: 1)) }
            let failing = FailRequest(code: StatusCode.notFound.number, reason: "NOTHING")
            for _ in 0..<2 { _ = try await failure { _ = try await client.fail(failing) } }
            // A call is counted after its answer is sent, and before the next call of the connection is read.
            _ = try await client.echo(EchoRequest())
            let metrics = service.instances[0].metrics.prometheusText.split(separator: "\n")
            let add = EchoMethods.add.name
            let fail = EchoMethods.fail.name
            #expect(
                metrics.filter { $0.hasPrefix("rpc_calls_total{method=\"\(add)\"") } == [
                    "rpc_calls_total{method=\"\(add)\",code=\"OK\"} 3"
                ])
            #expect(metrics.contains("rpc_calls_total{method=\"\(fail)\",code=\"NOT_FOUND\"} 2"))
            #expect(metrics.contains("rpc_calls_total{method=\"\(fail)\",code=\"OK\"} 0"))
            #expect(metrics.contains("rpc_call_duration_seconds_count{method=\"\(add)\"} 3"))
        }
    }

    @Test func `the same context runs in one thread`() throws {
        let simulation = try ServiceSimulation(.echo)
        let total = try simulation.run {
            try await EchoClient(simulation.client(of: .bob)).add(AddRequest(amount: 7)).total
        }
        #expect(total == 7)
    }
}
