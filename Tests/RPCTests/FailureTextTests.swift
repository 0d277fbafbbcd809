import Kernel
import RPC
import TestSupport
import Testing

/// A failure repeats little of the request that it refuses.
@Suite struct FailureTextTests {
    @Test func `an unknown method is named by its beginning`() throws {
        let refusals = Recorder<RPCFailure>()
        var hooks = ServerHooks.trusting
        hooks.refused = { refusals.add($0) }
        let world = try EchoSimulation(hooks: hooks)
        let wire = try world.rawConnection()
        let name = String(repeating: "é", count: 125_000)
        try wire.send(Envelope(id: 1, kind: .request, method: name))
        world.simulation.run(for: .seconds(2))
        let status = try #require(wire.replies(to: 1).first?.status)
        #expect(status.reason == "METHOD_UNKNOWN")
        #expect(status.message.contains("éé…; Reflection/ListMethods"), "\(status.message.suffix(100))")
        #expect(status.message.utf8.count < 300, "\(status.message.utf8.count)")
        #expect(refusals.all.map(\.message.utf8.count) == [status.message.utf8.count])
    }

    @Test func `a message that is too long is cut between two characters`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        let text = "a" + String(repeating: "é", count: 3000)
        let request = FailRequest(code: StatusCode.internal.number, message: text, reason: "LONG")
        try wire.send(.request(1, EchoMethods.fail, request))
        world.simulation.run(for: .seconds(1))
        let message = try #require(wire.replies(to: 1).first?.status).message
        #expect(message == "a" + String(repeating: "é", count: 2047))
    }
}
