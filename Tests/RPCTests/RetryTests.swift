import Kernel
import RPC
import TestSupport
import Testing

/// The calls that a client repeats, and how often.
@Suite struct RetryTests {
    private static let unavailable = FailRequest(code: StatusCode.unavailable.number, reason: "NO_DISK")

    @Test func `a call that the handler refuses with a retry delay is not repeated`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            let code = StatusCode.resourceExhausted.number
            _ = try await world.calls.fail(FailRequest(code: code, reason: "TOO_MANY_TRIES", retryAfterMs: 10))
        }
        #expect(failure.reason == "TOO_MANY_TRIES" && failure.retryAfter == .milliseconds(10))
        #expect(world.echo.runCount(of: EchoMethods.fail.description) == 1)
    }

    @Test func `a call is made four times at most`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) { _ = try await world.calls.fail(Self.unavailable) }
        #expect(failure.reason == "NO_DISK")
        #expect(world.echo.runCount(of: EchoMethods.fail.description) == 4)
    }

    @Test func `retries of a failing server stay within their budget`() throws {
        let world = try EchoSimulation()
        try world.run {
            for _ in 0..<100 { _ = try? await world.calls.fail(Self.unavailable) }
        }
        // The budget begins with 100 retries, and each call adds a fifth of one.
        let retries = world.echo.runCount(of: EchoMethods.fail.description) - 100
        #expect((100...120).contains(retries), "\(retries)")
    }

    @Test func `a failure stays indefinite if only the first of two attempts was sent`() throws {
        let world = try EchoSimulation()
        world.network.interfere = { frame in
            guard !frame.isRequestDirection, frame.envelope.kind == .reply else { return .deliver }
            world.network.unreachable = [world.address]
            return .cut
        }
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure.reason == "CANNOT_CONNECT" && failure.isIndefinite && !failure.isNotProcessed)
        #expect(world.echo.runCount(of: EchoMethods.echo.description) == 1)
    }
}
