import Kernel
import RPC
import TestSupport
import Testing

/// Which calls a client makes again, and how often.
@Suite struct RetryTests {
    @Test func `a handler that says to come back later is asked once`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            let code = StatusCode.resourceExhausted.rawValue
            _ = try await world.calls.fail(FailRequest(code: code, reason: "TOO_MANY_TRIES", retryAfterMs: 10))
        }
        #expect(failure.reason == "TOO_MANY_TRIES" && failure.retryAfter == .milliseconds(10))
        #expect(world.echo.runCount(of: EchoMethods.fail.description) == 1)
    }
}
