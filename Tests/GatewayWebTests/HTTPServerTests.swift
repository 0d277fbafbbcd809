import Kernel
import RPC
import TestSupport
import Testing
import Threads

@testable import GatewayWeb

@Suite struct HTTPServerTests {
    /// Repeats the request.
    private static let echo: HTTPService.Handler = { request in
        .text(200, "\(request.method.rawValue) \(request.target) \(String(decoding: request.body, as: UTF8.self))")
    }

    @Test func `requests on one connection are answered in order`() async throws {
        try await TestSite.with(handler: Self.echo) { site in
            let socket = try await site.connection(sending: "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n")
            let first = try await socket.answer()
            #expect(first.status == 200 && first.body == "GET /a?b=c \n")
            try await socket.send(Array("POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz".utf8))
            #expect(try await socket.answer().body == "POST /d xyz\n")
        }
    }

    @Test func `the answer to HEAD has no body, but its length`() async throws {
        try await TestSite.with(handler: Self.echo) { site in
            let socket = try await site.connection(sending: "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let text = String(decoding: try await socket.bytes(), as: UTF8.self)
            #expect(text.contains("200 OK") && text.contains("Content-Length: 7\r\n") && text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `a body in chunks is joined`() async throws {
        try await TestSite.with(handler: Self.echo) { site in
            let answer = try await site.answer(
                to: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            #expect(answer.body == "POST / abc\n")
        }
    }

    @Test func `a body above the limit is refused, with its length or in chunks`() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        try await TestSite.with(limits, handler: Self.echo) { site in
            for (headers, status) in [
                ("Content-Length: 10\r\n\r\n0123456789", 200), ("Content-Length: 11\r\n\r\n", 413),
                ("Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n", 200),
                ("Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n", 413),
            ] {
                let answer = try await site.answer(to: "POST / HTTP/1.1\r\nHost: x\r\n" + headers)
                #expect(answer.status == status, "\(headers)")
            }
        }
    }

    @Test func `headers above the limit are refused`() async throws {
        try await TestSite.with(handler: Self.echo) { site in
            let long = String(repeating: "a", count: 20_000)
            let header = try await site.answer(to: "GET / HTTP/1.1\r\nHost: x\r\nA: \(long)\r\n\r\n")
            #expect(header.status == 431)
            let target = try await site.answer(to: "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(target.status == 414)
        }
    }

    @Test(arguments: [
        "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: -1", "Content-Length: 1x", "Content-Length : 5", "Transfer-Encoding : chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked", "Host: y",
    ])
    func `a request that a proxy could read differently reaches no handler`(headers: String) async throws {
        let handled = Recorder<String>()
        let handler: HTTPService.Handler = { request in
            handled.add(request.target)
            return .text(200, "")
        }
        try await TestSite.with(handler: handler) { site in
            let socket = try await site.connection(
                sending: "POST /a HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n0\r\n\r\n")
            // The library ends some connections without an answer.
            let answer = TestAnswer(try await socket.bytes { TestAnswer($0) != nil })
            #expect(answer.map { (400..<500).contains($0.status) } ?? true)
            #expect(!handled.all.contains("/a"))
        }
    }

    @Test func `HTTP 1.0 has no body in chunks, because an old proxy would not read its end`() async throws {
        try await TestSite.with(handler: Self.echo) { site in
            let answer = try await site.answer(to: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            #expect(answer.status == 400 && answer.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test func `the client of a request is that of its connection`() async throws {
        try await TestSite.with(handler: { .text(200, $0.client.host) }) { site in
            let answer = try await site.answer(to: "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
            #expect(answer.body == "127.0.0.1\n")
        }
    }

    @Test func `an answer cannot be split`() async throws {
        let handler: HTTPService.Handler = { request in
            var response = HTTPResponse.text(200, "")
            response.setHeader("x-name", request.query["name"] ?? "")
            return response
        }
        try await TestSite.with(handler: handler) { site in
            let answer = try await site.answer(to: "GET /?name=a%0d%0aSet-Cookie:%20b HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.headers["x-name"] == "a  Set-Cookie: b" && answer.headers["set-cookie"] == nil)
        }
    }

    @Test(arguments: [128, 256, 512]) func `requests that are ready at once are all answered`(count: Int) async throws {
        // Each connection is two files of this process.
        SystemLimits.raiseFiles()
        let gate = ManualClock()
        let handler: HTTPService.Handler = { request in
            try? await gate.sleep(for: .seconds(1))
            return .text(200, request.target)
        }
        try await TestSite.with(handler: handler) { site in
            var sockets: [RawSocket] = []
            for number in 0..<count {
                sockets.append(try await site.connection(sending: "GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n"))
            }
            try await gate.sleepers(count)
            gate.advance(by: .seconds(1))
            for (number, socket) in sockets.enumerated() {
                #expect(try await socket.answer().body == "/\(number)\n")
            }
        }
    }
}
