import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct StreamTests {
    private func numbers(_ world: EchoSimulation, upTo limit: UInt64) throws -> [UInt64] {
        try world.run {
            var numbers: [UInt64] = []
            for try await item in world.calls.count(CountRequest(limit: limit)) { numbers.append(item.number) }
            return numbers
        }
    }

    @Test func `all items arrive in order, then the end`() throws {
        let world = try EchoSimulation()
        #expect(try numbers(world, upTo: 1000) == Array(1...1000))
        #expect(try numbers(world, upTo: 0) == [])
    }

    @Test func `nothing is sent without credit`() throws {
        let world = try EchoSimulation()
        let wire = try world.rawConnection()
        try wire.send(world.countRequest(1, limit: 1000))
        world.simulation.run(for: .milliseconds(100))
        #expect(wire.received.count == 16, "a request without credit grants the default")
        try wire.send(Envelope(id: 1, kind: .credit, credit: 5))
        world.simulation.run(for: .milliseconds(100))
        #expect(wire.received.count == 21)
        try wire.send(Envelope(id: 2, kind: .credit, credit: 500))
        world.simulation.run(for: .milliseconds(100))
        #expect(wire.received.count == 21, "credit for no stream")
    }

    @Test func `a slow reader loses its stream, not its connection`() throws {
        var limits = Limits()
        limits.stall = .seconds(3)
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        try wire.send(world.countRequest(1, limit: 1000))
        world.simulation.run(for: .seconds(5))
        #expect(wire.replies(to: 1).first?.status?.reason == "READER_TOO_SLOW")
        try wire.send(.request(2, EchoMethods.echo, EchoRequest()))
        world.simulation.run(for: .milliseconds(100))
        #expect(wire.replies(to: 2).count == 1 && !wire.isClosed)
    }

    @Test func `unread streams do not block other calls`() throws {
        let world = try EchoSimulation()
        let (streams, replies) = try world.run {
            var streams: [ItemStream<CountRequest, CountItem>.AsyncIterator] = []
            for _ in 0..<50 {
                let iterator = world.calls.count(CountRequest(limit: 1_000_000)).makeAsyncIterator()
                _ = try await iterator.next()
                streams.append(iterator)
            }
            var replies = 0
            for _ in 0..<200 {
                _ = try await world.calls.echo(EchoRequest(payload: Array(repeating: 1, count: 1000)))
                replies += 1
            }
            return (streams.count, replies)
        }
        #expect(streams == 50 && replies == 200)
        #expect(world.network.connectCount == 1)
    }

    @Test func `a stream is cancelled when its reader disconnects`() throws {
        let world = try EchoSimulation()
        try world.run {
            for try await item in world.calls.count(CountRequest(limit: 1_000_000)) where item.number == 3 { break }
        }
        world.simulation.run(for: .milliseconds(100))
        #expect(world.server.streamCount == 0)
    }

    @Test func `streams do not count as calls in flight but have their own limit`() throws {
        var limits = Limits()
        limits.inFlightPerConnection = 2
        limits.streamsPerConnection = 5
        let world = try EchoSimulation(limits: limits)
        let wire = try world.rawConnection()
        for id: UInt64 in 1...6 { try wire.send(world.countRequest(id, limit: 1000)) }
        for id: UInt64 in 7...8 { try wire.send(.request(id, EchoMethods.wait, WaitRequest(milliseconds: 50))) }
        world.simulation.run(for: .milliseconds(200))
        #expect(wire.replies(to: 6).first?.status?.reason == "TOO_MANY_CALLS")
        #expect((7...8).allSatisfy { wire.replies(to: $0).first.map { $0.status == nil } == true })
        #expect(world.server.streamCount == 5)
    }

    @Test func `a stream at its time limit is ended and reopened transparently`() throws {
        var limits = Limits()
        limits.longestStream = .seconds(10)
        let world = try EchoSimulation(limits: limits)
        let numbers = try world.run {
            var numbers: [UInt64] = []
            for try await item in world.calls.count(CountRequest(limit: 1000)) {
                numbers.append(item.number)
                if numbers.count == 100 { break }
                try await world.clock.sleep(for: .seconds(1))
            }
            return numbers
        }
        #expect(numbers.first == 1 && numbers.count == 100)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 || $1 == 1 }, "no item is lost or repeated")
        #expect(world.echo.runCount(of: EchoMethods.count.description) > 2, "it was opened more than once")
    }

    @Test(arguments: 1...20) func `a stream continues after its connection was cut`(seed: UInt64) throws {
        let world = try EchoSimulation(seed: seed)
        let numbers = try world.run {
            var numbers: [UInt64] = []
            var cuts = 0
            for try await item in world.calls.count(CountRequest(limit: 500)) {
                numbers.append(item.number)
                guard item.number == 150, cuts < 3 else { continue }
                cuts += 1
                world.network.connections.last?.cut()
            }
            return numbers
        }
        #expect(numbers.suffix(500) == Array(1...500), "the last stream is complete")
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 || $1 == 1 }, "no item is lost or repeated")
        #expect(world.network.connectCount >= 3)
    }

    @Test(arguments: 1...20) func `events continue after the last one when the connection was cut`(seed: UInt64) throws
    {
        let hooks = ServerHooks(verify: { _ throws(RPCFailure) in
            Verified(Caller(user: .alice, role: .service), remaining: .hours(1))
        })
        let route = Route(EventsMethods.watchEvents, NumberedEvents(last: 500).watchEvents)
        let world = try EchoSimulation(seed: seed, hooks: hooks, routes: [route])
        let serials = try world.run {
            var serials: [UInt64] = []
            for try await event in EventsClient(world.client).watchEvents(WatchEventsRequest(afterSerial: 100)) {
                serials.append(event.serial)
                if [150, 250, 350].contains(event.serial) { world.network.connections.last?.cut() }
            }
            return serials
        }
        #expect(serials == Array(101...500))
        #expect(world.network.connectCount >= 4)
    }

    @Test func `an oversized item ends the stream with a reason`() throws {
        var limits = Limits()
        limits.replyBytes = 1000
        let world = try EchoSimulation(limits: limits)
        let failure = try failure(of: world) {
            for try await _ in world.calls.count(CountRequest(limit: 5, paddingBytes: 2000)) {}
        }
        #expect(failure.reason == "REPLY_TOO_LARGE")
    }

    @Test func `a cancelled task ends its stream on both sides`() throws {
        let world = try EchoSimulation()
        try world.run {
            let task = Task(executorPreference: world.simulation.loops.all[0]) {
                let iterator = world.calls.count(CountRequest(limit: 3, staysOpen: true)).makeAsyncIterator()
                while try await iterator.next() != nil {}
            }
            try await world.clock.sleep(for: .milliseconds(50))
            task.cancel()
            await #expect(throws: RPCFailure.self) { try await task.value }
        }
        world.simulation.run(for: .milliseconds(50))
        #expect(world.server.streamCount == 0)
    }
}

private struct NumberedEvents {
    let last: UInt64

    func watchEvents(_ request: WatchEventsRequest, call: Call, items: ItemWriter<SaleEvent>) async throws {
        for serial in request.afterSerial..<last {
            try await items.send(SaleEvent(serial: serial + 1, at: .noon, concertID: ConcertID(high: 1, low: 1)))
        }
    }
}

extension EchoSimulation {
    fileprivate func countRequest(_ id: UInt64, limit: UInt64) throws -> Envelope {
        Envelope(
            id: id, kind: .request, method: EchoMethods.count.name, payload: try CountRequest(limit: limit).encoded())
    }
}
