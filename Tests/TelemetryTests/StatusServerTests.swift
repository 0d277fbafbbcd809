import Glibc
import Kernel
import Testing
import Threads

@testable import Telemetry

@Suite struct StatusServerTests {
    private let metrics = Metrics()
    private let health = Health()

    private func server() throws -> StatusServer {
        try StatusServer(at: .loopback(0), metrics: metrics, health: health)
    }

    @Test func `metrics are served for a request of Prometheus`() async throws {
        metrics.counter("calls_total", "Calls.").increment()
        let server = try server()
        let reply = try await HTTP.get("/metrics", from: server.address)
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(reply.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(reply.hasSuffix("\r\n\r\n# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total 1\n"))
    }

    @Test func `readiness follows the lifecycle and the checks of the components`() async throws {
        let server = try server()
        #expect(try await HTTP.get("/readyz", from: server.address).hasSuffix("not ready: starting\n"))
        health.enter(.running)
        #expect(try await HTTP.get("/readyz", from: server.address).hasPrefix("HTTP/1.1 200"))
        health.enter(.draining)
        let reply = try await HTTP.get("/readyz", from: server.address)
        #expect(reply.hasPrefix("HTTP/1.1 503"))
        #expect(reply.hasSuffix("not ready: draining\n"))
        #expect(try await HTTP.get("/healthz", from: server.address).hasSuffix("\r\n\r\nok\n"))
    }

    @Test func `a component that is not ready reports the reason`() async throws {
        let server = try server()
        health.enter(.running)
        health.check("database") { "no connection for 12 s" }
        health.check("rpc") { nil }
        #expect(
            try await HTTP.get("/readyz", from: server.address).hasSuffix(
                "\r\n\r\nnot ready: database: no connection for 12 s\n"))
    }

    @Test func `other paths and methods are refused with a hint`() async throws {
        let server = try server()
        #expect(try await HTTP.get("/other", from: server.address).hasPrefix("HTTP/1.1 404"))
        let reply = try await HTTP.send(
            "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", to: server.address
        )
        #expect(reply.hasPrefix("HTTP/1.1 405"))
        #expect(try await HTTP.send("nonsense\r\n\r\n", to: server.address).contains("200 OK") == false)
    }

    @Test func `a port in use is refused with its address and the reason`() throws {
        let server = try server()
        let problem = "another program is using port \(server.address.port); stop it or choose another port"
        #expect(throws: ListenError(server.address, problem)) {
            try StatusServer(at: server.address, metrics: metrics, health: health)
        }
        #expect(throws: ListenError.self) {
            try StatusServer(at: Address(host: "host.invalid", port: 1), metrics: metrics, health: health)
        }
    }

    /// Listens on an address of its own, because another test could take the free port of a shared one.
    @Test func `a stopped server frees its port`() async throws {
        let server = try StatusServer(at: Address(host: "127.77.0.1", port: 0), metrics: metrics, health: health)
        server.stop()
        server.stop()
        await #expect(throws: HTTP.Unreachable.self) { try await HTTP.get("/healthz", from: server.address) }
        _ = try StatusServer(at: server.address, metrics: metrics, health: health)
    }
}
