import Files
import Kernel
import RPC
import Telemetry
import TestSupport
import Testing
import Threads

/// `proto/example/client.py`, which shares no code with this package, calls a server over a socket.
struct OtherLanguageTests {
    private typealias Call = (String...) async throws -> Command.Outcome

    private func withServer(_ body: (_ call: Call) async throws -> Void) async throws {
        let loops = Loops(count: 1)
        let server = Server([EchoServer(clock: SystemClock()).service], on: loops)
        let address = try server.listen(on: .loopback(0))
        try await body { arguments in try await Self.call(address, arguments) }
        await server.shutdown()
        loops.stop()
    }

    private static func call(_ address: Address, _ arguments: [String]) async throws -> Command.Outcome {
        try await onThread {
            let client = "\(Repository.folder)/proto/example/client.py"
            return Command.run([client, "\(address)"] + arguments)
        }
    }

    @Test func `a good call is answered`() async throws {
        try await withServer { call in
            let outcome = try await call("onsale.testing.v1.Echo/Echo", #"{"payload": "aGVsbG8="}"#)
            #expect(outcome.output == "{\"payload\": \"aGVsbG8=\"}\n")
            #expect(outcome.status == 0)
        }
    }

    @Test func `a call over TLS is answered`() async throws {
        let (loops, site, folder) = (Loops(count: 1), TestSite(), TemporaryFolder())
        let network = TLSNetwork(over: TCP(on: loops), .ofSite(.required), server: try site.context(.server))
        let server = Server([EchoServer(clock: SystemClock()).service], on: loops, network: network)
        let address = try server.listen(on: .loopback(0))
        try AtomicFile.write(site.authorities, to: folder.path + "/ca.pem")
        let arguments = ["onsale.testing.v1.Echo/Echo", #"{"payload": "aGVsbG8="}"#]
        let outcome = try await Self.call(address, ["--ca", folder.path + "/ca.pem"] + arguments)
        #expect(outcome.output == "{\"payload\": \"aGVsbG8=\"}\n")
        let plain = try await Self.call(address, arguments)
        #expect(plain.output.contains("TLS_REQUIRED") && plain.status == 1)
        await server.shutdown()
        loops.stop()
    }

    @Test func `a failing call ends with the handler's failure`() async throws {
        try await withServer { call in
            let outcome = try await call(
                "onsale.testing.v1.Echo/Fail", #"{"code": 10, "reason": "SEAT_SOLD", "message": "seat A1 is sold"}"#)
            #expect(outcome.output == "10 SEAT_SOLD: seat A1 is sold\n")
            #expect(outcome.status == 1)
        }
    }

    @Test func `a call without the credential it needs is refused`() async throws {
        try await withServer { call in
            let outcome = try await call("onsale.testing.v1.Echo/Add", #"{"amount": 1}"#)
            #expect(outcome.output.hasPrefix("16 CREDENTIAL_MISSING: "))
            #expect(outcome.status == 1)
        }
    }

    @Test func `a stream delivers more items than its first grant`() async throws {
        try await withServer { call in
            let outcome = try await call("onsale.testing.v1.Echo/Count", #"{"limit": 40}"#)
            let items = (1...40).map { "{\"number\": \"\($0)\"}\n" }
            #expect(outcome.output == items.joined())
            #expect(outcome.status == 0)
        }
    }

    @Test func `a stream is cancelled after enough items`() async throws {
        try await withServer { call in
            let outcome = try await call("--take", "3", "onsale.testing.v1.Echo/Count", #"{"limit": 1000000}"#)
            #expect(outcome.output == (1...3).map { "{\"number\": \"\($0)\"}\n" }.joined())
            #expect(outcome.status == 0)
        }
    }

    @Test func `a stream ends with DRAINING on GOAWAY`() async throws {
        let loops = Loops(count: 1)
        let server = Server([EchoServer(clock: SystemClock()).service], on: loops)
        let address = try server.listen(on: .loopback(0))
        let request = ["onsale.testing.v1.Echo/Count", #"{"limit": 2, "stays_open": true}"#]
        async let client = Self.call(address, request)
        while server.streamCount == 0 { await Task.yield() }
        await server.shutdown()
        let outcome = try await client
        #expect(outcome.output == "{\"number\": \"1\"}\n{\"number\": \"2\"}\nopen it again: DRAINING\n")
        #expect(outcome.status == 2)
        loops.stop()
    }

    @Test func `Health and Reflection are on the same port`() async throws {
        try await withServer { call in
            let health = try await call("onsale.health.v1.Health/Check").output
            #expect(health == "{\"status\": \"SERVING\"}\n")
            let methods = try await call("onsale.reflection.v1.Reflection/ListMethods").output
            #expect(methods.contains(#"{"name": "Wait", "requestType": "onsale.testing.v1.WaitRequest""#))
        }
    }
}
