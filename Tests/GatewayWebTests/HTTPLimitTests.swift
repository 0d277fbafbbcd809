import Kernel
import RPC
import TestSupport
import Testing

@testable import GatewayWeb

@Suite struct HTTPLimitTests {
    private static let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let hello: HTTPService.Handler = { .text(200, "hello \($0.client.host)") }

    @Test func `a connection that begins no request in time is closed`() async throws {
        try await TestSite.with(handler: Self.hello) { site in
            let (silent, served) = (
                try await site.connection(sending: ""), try await site.connection(sending: Self.request)
            )
            #expect(try await served.answer().status == 200)
            try await eventually("both are open") { site.server.service.connections.count == 2 }
            site.clock.advance(by: HTTPLimits().idle)
            #expect(try await silent.isClosed())
            #expect(try await served.isClosed())
        }
    }

    @Test func `a request that does not arrive in time is closed, also with a byte now and then`() async throws {
        try await TestSite.with(handler: Self.hello) { site in
            let slow = try await site.connection(sending: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            try await eventually("the connection is open") { site.server.service.connections.count == 1 }
            let step = HTTPLimits().idle / 10
            for _ in 0..<6 {
                try await slow.send([0x41])
                site.clock.advance(by: step)
            }
            site.clock.advance(by: HTTPLimits().idle)
            #expect(try await slow.isClosed())
        }
    }

    @Test func `a handler that does not end in time is cancelled`() async throws {
        let never = ManualClock()
        let handler: HTTPService.Handler = { _ in
            do { try await never.sleep(for: .hours(1)) } catch { return .text(503, "too late") }
            return .text(200, "")
        }
        try await TestSite.with(handler: handler) { site in
            let socket = try await site.connection(sending: Self.request)
            try await never.sleepers(1)
            site.clock.advance(by: HTTPLimits().handling)
            #expect(try await socket.answer().status == 503)
        }
    }

    @Test func `a named proxy tells the client, whose network has a limit`() async throws {
        var limits = HTTPLimits()
        limits.connectionsPerNetwork = 2
        let proxies = [try #require(IPRange("127.0.0.1"))]
        try await TestSite.with(limits, proxies: proxies, handler: Self.hello) { site in
            func connection(_ client: [UInt8], family: UInt8) async throws -> RawSocket {
                let socket = try RawSocket(to: site.address)
                // In two parts, of which the second one has the first bytes of the request.
                let header = ProxyHeaderBytes.version2(client, family: family)
                try await socket.send(Array(header.prefix(7)))
                try await socket.send(header.dropFirst(7) + Array(Self.request.utf8))
                return socket
            }
            let first = try await connection([203, 0, 113, 7], family: 0x11)
            #expect(try await first.answer().body == "hello 203.0.113.7\n")
            let second = try await connection([203, 0, 113, 7], family: 0x11)
            #expect(try await second.answer().status == 200)
            let third = try await connection([203, 0, 113, 7], family: 0x11)
            #expect(try await third.isClosed())
            let other = try await connection([203, 0, 113, 8], family: 0x11)
            #expect(try await other.answer().status == 200)
            // Two addresses of one /64 network.
            let prefix: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0]
            for last in [UInt8(1), 2] {
                let socket = try await connection(prefix + [0, 0, 0, 0, 0, 0, 0, last], family: 0x21)
                #expect(try await socket.answer().body == "hello 2001:db8::\(last)\n")
            }
        }
    }

    @Test func `a named proxy without a header is refused, and other clients with one`() async throws {
        let header = ProxyHeaderBytes.version2([203, 0, 113, 7], family: 0x11)
        try await TestSite.with(proxies: [try #require(IPRange("127.0.0.1"))], handler: Self.hello) { site in
            #expect(try await site.connection(sending: Self.request).isClosed())
            let silent = try RawSocket(to: site.address)
            try await silent.send(Array(header.prefix(20)))
            await site.ticking {
                let isClosed = try? await silent.isClosed()
                #expect(isClosed == true)
            }
        }
        try await TestSite.with(handler: Self.hello) { site in
            let socket = try RawSocket(to: site.address)
            try await socket.send(header + Array(Self.request.utf8))
            let answer = TestAnswer(try await socket.bytes { TestAnswer($0) != nil })
            #expect(answer?.status != 200)
        }
    }

    @Test func `connections above the limit are closed, and admitted after others have ended`() async throws {
        var limits = HTTPLimits()
        limits.connections = 1
        try await TestSite.with(limits, handler: Self.hello) { site in
            let first = try await site.connection(sending: Self.request)
            #expect(try await first.answer().status == 200)
            #expect(try await site.connection(sending: "").isClosed())
            first.endSending()
            try await eventually("the first one has ended") { site.server.service.connections.count == 0 }
            #expect(try await site.answer(to: Self.request).status == 200)
        }
    }

    @Test func `a drain answers the requests in flight, and closes the idle connections`() async throws {
        let gate = ManualClock()
        let handler: HTTPService.Handler = { request in
            if request.path == ["slow"] { try? await gate.sleep(for: .seconds(1)) }
            return .text(200, request.target)
        }
        try await TestSite.with(handler: handler) { site in
            let idle = try await site.connection(sending: Self.request)
            #expect(try await idle.answer().status == 200)
            let busy = try await site.connection(sending: "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            try await gate.sleepers(1)
            let drain = Task { await site.server.shutdown(grace: .hours(1)) }
            #expect(try await idle.isClosed())
            gate.advance(by: .seconds(1))
            let answer = try await busy.answer()
            #expect(answer.body == "/slow\n" && answer.headers["connection"] == "close")
            await site.ticking { await drain.value }
            #expect(throws: RawSocket.Problem.self) { try RawSocket(to: site.address) }
        }
    }
}

/// Headers of proxies.
private enum ProxyHeaderBytes {
    /// A header of version 2 for a connection of `client`. `family` is 0x11 for IPv4, and 0x21 for IPv6.
    static func version2(_ client: [UInt8], family: UInt8) -> [UInt8] {
        let addresses = client + client + [0xc4, 0x58, 0x01, 0xbb]
        return [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, family, 0]
            + [UInt8(addresses.count)] + addresses
    }
}
