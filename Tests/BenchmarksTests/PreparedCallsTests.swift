import Kernel
import RPC
import TestSupport
import Testing
import Threads

@testable import Benchmarks

@Suite struct PreparedCallsTests {
    private func withServer(_ body: @Sendable @escaping (PreparedCalls) throws -> Void) async throws {
        let loops = Loops(count: 1)
        let server = Server([EchoServer(clock: SystemClock()).service], on: loops)
        let address = try server.listen(on: .loopback(0))
        try await onThread { try body(PreparedCalls(address: address, programs: [], connections: 2, inFlight: 3)) }
        await server.shutdown()
        loops.stop()
    }

    @Test func `each prepared call is sent once, and its reply awaited`() async throws {
        try await withServer { calls in
            let call = try PreparedCalls.Request(EchoMethods.echo, EchoRequest(payload: [1, 2, 3]), credential: [])
            var left = 1000
            let result = try calls.run(for: .seconds(60)) { _ in
                left -= 1
                return left >= 0 ? call : nil
            }
            #expect(result.latency.count == 1000)
        }
    }

    @Test func `an unexpected reply ends the measurement`() async throws {
        let refused = FailRequest(code: 10, message: "seat A1 is sold", reason: "SEAT_SOLD")
        try await withServer { calls in
            var expecting = calls
            let call = try PreparedCalls.Request(EchoMethods.fail, refused, credential: [])
            #expect(throws: BenchmarkError.self) { try calls.run(for: .milliseconds(10)) { _ in call } }
            expecting.refusal = "SEAT_HELD"
            #expect(throws: BenchmarkError.self) { try expecting.run(for: .milliseconds(10)) { _ in call } }
            expecting.refusal = "SEAT_SOLD"
            #expect(try expecting.run(for: .milliseconds(10)) { _ in call }.latency.count > 0)
        }
    }
}
