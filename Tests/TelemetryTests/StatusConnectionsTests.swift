import Glibc
import Kernel
import TestSupport
import Testing
import Threads

@testable import Telemetry

/// Opens slow and many connections to the status port.
@Suite struct StatusConnectionsTests {
    private static let request = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
    private let clock = ManualClock()

    private func server(_ limits: StatusConnections.Limits) throws -> StatusServer {
        let health = Health()
        health.enter(.running)
        return try StatusServer(
            at: .loopback(0), metrics: Metrics(), health: health, limits: limits, clock: clock)
    }

    @Test func `a probe is answered beside any number of slow connections from its address`() async throws {
        let server = try server(StatusConnections.Limits(total: 64, perAddress: 8))
        var slow: [Int32] = []
        defer { for descriptor in slow { close(descriptor) } }
        for _ in 1...40 {
            slow.append(try HTTP.connect(to: server.address))
            HTTP.write("GET /readyz HTTP/1.1\r\nX-Slow: ", to: slow[slow.count - 1])
            #expect(try await HTTP.get("/readyz", from: server.address).hasSuffix("ready\n"))
        }
        #expect(server.connections.endedCount >= 40 - 8, "the address keeps its newest connections only")
    }

    @Test func `a probe is answered beside slow connections from many addresses`() async throws {
        let server = try server(StatusConnections.Limits(total: 32, perAddress: 8))
        var slow: [Int32] = []
        defer { for descriptor in slow { close(descriptor) } }
        for number in 0..<80 {
            slow.append(try HTTP.connect(to: server.address, from: UInt8(2 + number % 20)))
            HTTP.write("GET", to: slow[number])
        }
        #expect(try await HTTP.get("/readyz", from: server.address).hasSuffix("ready\n"))
        #expect(server.connections.endedCount >= 80 - 32)
    }

    @Test func `a request that arrives byte by byte is closed at its time limit`() async throws {
        let server = try server(StatusConnections.Limits(total: 64))
        let slow = try HTTP.connect(to: server.address)
        defer { close(slow) }
        for byte in Self.request.dropLast(2).map(String.init) {
            HTTP.write(byte, to: slow)
            clock.advance(by: .milliseconds(100))
        }
        try await eventually("the connection is open") { server.connections.openCount == 1 }
        #expect(server.connections.endedCount == 0)
        clock.advance(by: .seconds(10))
        #expect(try await HTTP.read(from: slow).isEmpty, "closed without an answer")
        #expect(server.connections.endedCount == 1)
    }

    @Test func `a connection serves one request and announces its end`() async throws {
        let server = try server(StatusConnections.Limits(total: 64))
        let reply = try await HTTP.send(Self.request + Self.request, to: server.address)
        #expect(reply.contains("Connection: close\r\n"))
        #expect(reply.components(of: "HTTP/1.1 200") == 1)
        try await eventually("the connection is closed") { server.connections.openCount == 0 }
        #expect(server.connections.endedCount == 0)
    }

    /// libmicrohttpd 0.9.75 with epoll stops answering at multiples of 128.
    @Test(arguments: [127, 128, 129, 256, 512])
    func `all connections that are ready at the same time are answered`(count: Int) async throws {
        let server = try server(StatusConnections.Limits(total: 1024))
        let connections = try (0..<count).map { try HTTP.connect(to: server.address, from: UInt8(2 + $0 / 32)) }
        defer { for descriptor in connections { close(descriptor) } }
        try await eventually("all are accepted") { server.connections.openCount == count }
        let start = SystemClock().uptime
        for descriptor in connections { HTTP.write(Self.request, to: descriptor) }
        for descriptor in connections { #expect(try await HTTP.read(from: descriptor).contains("200 OK")) }
        let probe = SystemClock().uptime
        #expect(try await HTTP.get("/readyz", from: server.address).hasSuffix("ready\n"))
        let end = SystemClock().uptime
        print("\(count) requests at once: \(probe - start); a probe after them: \(end - probe)")
    }

    @Test func `the maximum of connections follows the open-files limit`() {
        let limits = StatusConnections.Limits.forThisProcess()
        #expect((16...1024).contains(limits.total))
        #expect(limits.crowded < limits.total)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
