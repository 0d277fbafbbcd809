import Kernel
import RPC
import Telemetry
import TestSupport
import Threads

@testable import GatewayWeb

/// The HTTP server on a free port, with a clock that the test advances.
struct TestSite: Sendable {
    let server: HTTPServer
    let address: Address
    let clock: ManualClock
    let metrics: Metrics

    static func with<Value>(
        _ limits: HTTPLimits = HTTPLimits(), proxies: [IPRange] = [], lines: Recorder<String>? = nil,
        handler: @escaping HTTPService.Handler,
        _ body: (TestSite) async throws -> Value
    ) async throws -> Value {
        let (clock, metrics, loops) = (ManualClock(), Metrics(), Loops(count: 2))
        let log = lines.map { lines in AccessLog(log: Log(level: .error, clock: clock) { lines.add($0) }) }
        let service = HTTPService(
            handler, limits: limits, clock: clock, isSecure: false, accessLog: log, metrics: metrics)
        let server = try HTTPServer(service, on: loops)
        let address = try server.listen(on: .loopback(0), proxies: proxies)
        let site = TestSite(server: server, address: address, clock: clock, metrics: metrics)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(site)) } catch { outcome = .failure(error) }
        await site.ticking { await server.shutdown(grace: .seconds(1)) }
        loops.stop()
        return try outcome.get()
    }

    /// Advances the clock until `body` ends, because a drain pauses on it.
    func ticking(_ body: () async -> Void) async {
        let ticks = Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(20))
                await Task.yield()
            }
        }
        await body()
        ticks.cancel()
    }

    /// A connection that has sent `text`.
    func connection(sending text: String) async throws -> RawSocket {
        let socket = try RawSocket(to: address)
        try await socket.send(Array(text.utf8))
        return socket
    }

    /// The answer to one request on a new connection.
    func answer(to text: String) async throws -> TestAnswer {
        try await connection(sending: text).answer()
    }

    func answer(to text: String, body: [UInt8]) async throws -> TestAnswer {
        let connection = try await connection(sending: text)
        try await connection.send(body)
        return try await connection.answer()
    }
}

/// An answer as the client reads it.
struct TestAnswer: Sendable, Equatable {
    let status: Int
    /// Names are in lower case.
    let headers: [String: String]
    let body: String

    /// Nil if the bytes are not a complete answer.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let body = text[end.upperBound...]
        guard let status, body.utf8.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
        self.status = status
        self.headers = headers
        self.body = String(body)
    }
}

/// A connection that was closed without a complete answer.
private struct NoAnswer: Error, CustomStringConvertible {
    let description: String
}

extension RawSocket {
    func answer() async throws -> TestAnswer {
        let bytes = try await bytes { TestAnswer($0) != nil }
        guard let answer = TestAnswer(bytes) else {
            throw NoAnswer(description: "no answer: \(String(decoding: bytes, as: UTF8.self))")
        }
        return answer
    }

    /// True if the other side closes the connection without a further answer.
    func isClosed() async throws -> Bool { try await bytes().isEmpty }
}
