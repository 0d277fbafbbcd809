import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CallTests {
    @Test func `a call is answered`() throws {
        let world = try EchoSimulation()
        let reply = try world.run { try await world.calls.echo(EchoRequest(payload: [1, 2, 3])) }
        #expect(reply.payload == [1, 2, 3])
    }

    @Test func `an empty message is a message`() throws {
        let world = try EchoSimulation()
        #expect(try world.run { try await world.calls.echo(EchoRequest()) } == EchoReply())
    }

    @Test func `every kind of field survives the round trip`() throws {
        let world = try EchoSimulation()
        #expect(try world.run { try await world.calls.mirror(.full) } == .full)
    }

    @Test func `calls on one connection finish out of order`() throws {
        let world = try EchoSimulation()
        let order = try world.run {
            await withTaskGroup(of: UInt32.self) { group in
                for milliseconds: UInt32 in [300, 100, 200] {
                    group.addTask {
                        _ = try? await world.calls.wait(WaitRequest(milliseconds: milliseconds))
                        return milliseconds
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(order == [100, 200, 300])
        #expect(world.network.connectCount == 1)
    }

    @Test func `a failure arrives with code, reason, message and retry delay`() throws {
        let world = try EchoSimulation()
        let failure = try failure(of: world) {
            _ = try await world.calls.fail(
                FailRequest(code: 10, message: "seat A1 is sold", reason: "SEAT_SOLD", retryAfterMs: 250))
        }
        #expect(failure.code == .aborted)
        #expect(failure.reason == "SEAT_SOLD")
        #expect(failure.message == "seat A1 is sold")
        #expect(failure.retryAfter == .milliseconds(250))
        #expect(!failure.isIndefinite && !failure.isNotProcessed)
    }

    @Test func `an unexpected error is logged and answered as INTERNAL without details`() throws {
        let log = Recorder<RPCEvent>()
        var hooks = ServerHooks.trusting
        hooks.log = { log.add($0) }
        let world = try EchoSimulation(hooks: hooks)
        let failure = try failure(of: world) { _ = try await world.calls.fail(FailRequest(code: 99)) }
        #expect(failure.code == .internal && failure.isIndefinite)
        #expect(!failure.description.contains("1234"))
        #expect(
            log.all.contains { $0.level == .error && $0.message.contains("1234") && $0.method == EchoMethods.fail.name }
        )
    }

    private struct SeatIsSold: Refusal {
        var failure: RPCFailure { RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold") }
    }

    @Test func `a refusal of the domain becomes its failure`() throws {
        let route = Route(EchoMethods.echo) { (_: EchoRequest, _: Call) async throws -> EchoReply in throw SeatIsSold()
        }
        let world = try EchoSimulation(routes: [route])
        let failure = try failure(of: world) { _ = try await world.calls.echo(EchoRequest()) }
        #expect(failure == SeatIsSold().failure)
    }

    @Test func `an unknown method is refused with a definite failure`() throws {
        let world = try EchoSimulation()
        let unknown = Method<EchoRequest, EchoReply>(
            "onsale.testing.v1.Echo/Nothing", isSafeToRepeat: true, callers: [])
        let failure = try failure(of: world) { _ = try await world.client.call(unknown, EchoRequest()) }
        #expect(failure.code == .unimplemented && failure.isNotProcessed && failure.message.contains("Echo/Nothing"))
    }

    @Test func `request id, trace and metadata reach the handler`() throws {
        let world = try EchoSimulation()
        var random = SeededGenerator(seed: 3)
        let id = RequestID.make(at: .noon, using: &random)
        let trace = TraceContext(trace: TraceID(high: 1, low: 2), span: 3, flags: 1)
        try world.run {
            let entries = [MetadataField(key: "lang", value: Array("de".utf8)), MetadataField(key: "x", value: [])]
            _ = try await world.calls.echo(
                EchoRequest(), CallOptions(requestID: id, trace: trace, metadata: entries))
        }
        let call = try #require(world.echo.lastCall)
        #expect(try call.requestID == id)
        #expect(call.trace == trace)
        #expect(call.metadata("lang") == Array("de".utf8) && call.metadata("none") == nil)
    }

    @Test func `a write without a request id is refused`() throws {
        let world = try EchoSimulation()
        try world.run { _ = try await world.calls.echo(EchoRequest()) }
        let call = try #require(world.echo.lastCall)
        #expect { try call.requestID } throws: { ($0 as? RPCFailure)?.reason == "REQUEST_ID_MISSING" }
    }

    @Test func `a task outside the loops can call`() async throws {
        let loops = Loops(count: 2)
        let server = Server([EchoServer(clock: ManualClock()).service], on: loops)
        let client = Client(to: [try server.listen(on: .loopback(0))], on: loops)
        let replies = try await withThrowingTaskGroup(of: EchoReply.self) { group in
            for number: UInt8 in 0..<100 {
                group.addTask { try await EchoClient(client).echo(EchoRequest(payload: [number])) }
            }
            return try await group.reduce(into: Set<UInt8>()) { $0.formUnion($1.payload) }
        }
        #expect(replies.count == 100)
        await client.shutdown()
        await server.shutdown()
        loops.stop()
    }

    @Test func `each finished call is measured`() throws {
        let measured = Recorder<CallMeasurement>()
        var hooks = ServerHooks.trusting
        hooks.measure = { measured.add($0) }
        let world = try EchoSimulation(hooks: hooks)
        try world.run {
            _ = try await world.calls.wait(WaitRequest(milliseconds: 40))
            _ = try? await world.calls.fail(FailRequest(code: 5))
        }
        #expect(measured.all.map(\.code) == [.ok, .notFound])
        #expect(measured.all[1].arrived - measured.all[0].arrived >= .milliseconds(40))
        #expect(measured.all[0].method.name == EchoMethods.wait.name)
    }
}
