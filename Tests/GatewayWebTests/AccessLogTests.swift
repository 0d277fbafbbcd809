import Kernel
import TestSupport
import Testing

@testable import GatewayWeb

@Suite struct AccessLogTests {
    /// The lines of the log after these requests, without their times.
    private static func lines(_ requests: String...) async throws -> [String] {
        let lines = Recorder<String>()
        let head = "2026-11-20T12:00:00.000Z info    request "
        try await TestSite.with(lines: lines, handler: { _ in .text(404, "secret answer") }) { site in
            for request in requests { _ = try await site.answer(to: request) }
        }
        return lines.all.map { String($0.dropFirst(head.count).dropLast()) }
    }

    @Test func `an answer is one line, with the request id of a call`() async throws {
        let lines = try await Self.lines(
            "GET /moon-tour?seat=A HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: x\r\nIdempotency-Key: \(RequestID.numbered(1))\r\nContent-Length: 0\r\n\r\n",
            "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(lines[0] == "method=GET path=/moon-tour status=404 bytes=14 duration=0.0ms")
        #expect(lines[1] == "request=\(RequestID.numbered(1)) method=POST path=/a status=404 bytes=14 duration=0.0ms")
        #expect(lines[2] == "method=DELETE path=/ status=404 bytes=14 duration=0.0ms")
    }

    @Test func `a line has no secret of a request or an answer, and no second line`() async throws {
        let secrets = "Cookie: onsale=secret\r\nAuthorization: Bearer secret\r\nX-Name: secret\r\n"
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\npassword=secret"
        let lines = try await Self.lines(
            "POST /account?code=secret HTTP/1.1\r\nHost: x\r\n\(secrets)\(form)",
            "GET http://alice:secret@other.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /a%0Ab HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { !$0.contains("secret") && !$0.contains("\n") })
        #expect(lines[1].hasPrefix("method=GET path=- status=400 "))
    }

    @Test func `a long path is cut, and every answer has its line`() async throws {
        let path = "/" + String(repeating: "a", count: 4000)
        let requests = "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
        #expect(try await Self.lines(requests).allSatisfy { $0.utf8.count < 300 })
        let many = Recorder<String>()
        try await TestSite.with(lines: many, handler: { _ in .text(200, "") }) { site in
            for _ in 1...100 { _ = try await site.answer(to: "GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        }
        #expect(many.all.count == 100)
    }
}
