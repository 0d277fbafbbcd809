import Kernel
import RPC
import TestSupport
import Testing
import Threads

/// Handlers that return before they answer.
@Suite struct AnswerTests {
    /// Answers that are not completed yet, by the first byte of their request.
    private final class Desk: Sendable {
        private let answers = Lock<[UInt8: Answer<EchoReply>]>([:])

        var route: Route {
            Route(EchoMethods.echo) { [self] request, _, answer in
                answers.withLock { $0[request.payload[0]] = answer }
            }
        }

        func take(_ number: UInt8) -> Answer<EchoReply>? { answers.withLock { $0.removeValue(forKey: number) } }

        func give(_ number: UInt8) {
            take(number)?.give(EchoReply(payload: [number]))
        }
    }

    /// Makes calls with the payloads `numbers`. Returns their outcomes, in the order in which they ended.
    private func begin(
        _ numbers: ClosedRange<UInt8>, in world: EchoSimulation, _ options: CallOptions = CallOptions()
    ) -> Recorder<Result<[UInt8], RPCFailure>> {
        let ended = Recorder<Result<[UInt8], RPCFailure>>()
        for number in numbers {
            Task(executorPreference: world.simulation.loops.all[0]) {
                do throws(RPCFailure) {
                    ended.add(.success(try await world.calls.echo(EchoRequest(payload: [number]), options).payload))
                } catch {
                    ended.add(.failure(error))
                }
            }
        }
        world.simulation.run(for: .milliseconds(50))
        return ended
    }

    @Test func `calls are answered in the order of their answers`() throws {
        let desk = Desk()
        let world = try EchoSimulation(routes: [desk.route])
        let ended = begin(1...3, in: world)
        #expect(ended.all.isEmpty && world.server.inFlight == 3)
        for number: UInt8 in [2, 3, 1] {
            desk.give(number)
            world.simulation.run(for: .milliseconds(10))
        }
        #expect(ended.all == [[2], [3], [1]].map { .success($0) })
        #expect(world.server.inFlight == 0)
    }

    @Test func `an answer can be completed before the handler returns, also with an error`() throws {
        struct Surprise: Error {}
        let world = try EchoSimulation(
            routes: [
                Route(EchoMethods.echo) { request, _, answer in
                    if request.payload == [1] { answer.give(EchoReply(payload: [7])) } else { answer.fail(Surprise()) }
                }
            ])
        let ended = begin(1...2, in: world)
        #expect(ended.all.first == .success([7]))
        guard case .failure(let failure) = try #require(ended.all.last) else { return #expect(Bool(false)) }
        #expect(failure.code == .internal && failure.isIndefinite)
        #expect(world.server.inFlight == 0)
    }

    @Test func `a dropped answer fails its call`() throws {
        let desk = Desk()
        let world = try EchoSimulation(routes: [desk.route])
        let ended = begin(1...1, in: world)
        _ = desk.take(1)
        world.simulation.run(for: .milliseconds(10))
        guard case .failure(let failure) = try #require(ended.all.first) else { return #expect(Bool(false)) }
        #expect(failure.code == .internal && failure.reason == "NOT_ANSWERED")
        #expect(world.server.inFlight == 0)
    }

    @Test func `a call past its deadline counts as in flight until answered`() throws {
        let desk = Desk()
        let world = try EchoSimulation(routes: [desk.route])
        let ended = begin(1...1, in: world, CallOptions(timeout: .milliseconds(100)))
        world.simulation.run(for: .milliseconds(100))
        guard case .failure(let failure) = try #require(ended.all.first) else { return #expect(Bool(false)) }
        #expect(failure.code == .deadlineExceeded && failure.isIndefinite)
        #expect(world.server.inFlight == 1)
        desk.give(1)
        world.simulation.run(for: .milliseconds(10))
        #expect(world.server.inFlight == 0 && ended.all.count == 1)
        #expect(begin(2...2, in: world).all.isEmpty, "the connection still works")
        desk.give(2)
    }

    @Test func `a draining server waits for answers`() throws {
        let desk = Desk()
        let world = try EchoSimulation(routes: [desk.route])
        let ended = begin(1...1, in: world)
        Task(executorPreference: world.simulation.loops.all[0]) {
            _ = await world.simulation.loops.all[0].pause(for: .seconds(1))
            desk.give(1)
        }
        try world.run { await world.server.shutdown(grace: .seconds(5)) }
        world.simulation.run(for: .milliseconds(10))
        #expect(ended.all == [.success([1])])
        #expect(world.clock.uptime < Uptime(nanoseconds: 0) + .seconds(3))
    }

    @Test func `an answer can be completed on any thread`() async throws {
        let loops = Loops(count: 2)
        let server = Server(
            [
                ServedService(
                    EchoMethods.service,
                    [
                        Route(EchoMethods.echo) { request, _, answer in
                            let isStarted = Thread.start {
                                if request.payload != [13] {
                                    answer.give(EchoReply(payload: request.payload))
                                }
                            }
                            #expect(isStarted)
                        }
                    ])
            ], on: loops, hooks: .trusting)
        let client = Client(to: [try server.listen(on: .loopback(0))], on: loops)
        await withTaskGroup { group in
            for number: UInt8 in 1...50 {
                group.addTask {
                    let reply = try? await EchoClient(client).echo(EchoRequest(payload: [number])).payload
                    #expect(reply == (number == 13 ? nil : [number]))
                }
            }
        }
        await client.shutdown()
        await server.shutdown(grace: .seconds(1))
        loops.stop()
    }
}
