import Kernel
import TestSupport
import Testing

@testable import GatewayWeb

@Suite struct GZipTests {
    @Test func `content is read up to its limit, and not further`() throws {
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let bytes = try GZipBytes.of(content)
        let read = try GZip.content(of: bytes, limit: content.count)
        #expect(read == content)
        #expect(throws: GZip.Problem.tooLarge) { try GZip.content(of: bytes, limit: content.count - 1) }
    }

    @Test func `a small file with large content is refused`() throws {
        let bytes = try GZipBytes.of([UInt8](repeating: 0, count: 10_000_000))
        #expect(bytes.count < 20_000)
        #expect(throws: GZip.Problem.tooLarge) { try GZip.content(of: bytes, limit: 256 * 1024) }
    }

    @Test func `a damaged, cut or longer file is refused`() throws {
        let bytes = try GZipBytes.of(Array("hello".utf8))
        for wrong in [[], Array(bytes.dropLast()), bytes + [0], [0x1f] + bytes] {
            #expect(throws: GZip.Problem.malformed) { try GZip.content(of: wrong, limit: 1000) }
        }
    }

    @Test func `a body is decompressed, within the limit of bodies`() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 10_000
        try await TestSite.with(limits, handler: { .text(200, "\($0.body.count)") }) { site in
            for (content, status, body) in [
                (10_000, 200, "10000\n"), (10_001, 413, "the body has more than 10000 bytes\n"),
            ] {
                let bytes = try GZipBytes.of([UInt8](repeating: 7, count: content))
                // The name of an encoding has no case.
                let head =
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: GZip\r\nContent-Length: \(bytes.count)\r\n\r\n"
                let answer = try await site.answer(to: head, body: bytes)
                #expect(answer.status == status && answer.body == body)
            }
            let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Encoding: "
            #expect(try await site.answer(to: head + "gzip\r\n\r\na").status == 400)
            let other = try await site.answer(to: head + "br\r\n\r\na")
            #expect(other.status == 415 && other.headers["accept-encoding"] == "gzip, identity")
        }
    }
}
