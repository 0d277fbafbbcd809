import CommandLine
import Kernel
import QueueAPI
import RPC
import Telemetry
import TestSupport
import Threads

/// `Benchmarks queue`: durable joins, queries and watched places through QueueService, over sockets.
enum QueueBenchmark {
    enum Work: String, CaseIterable, Sendable {
        case join, show, watch
    }

    private static let work = Option(
        "work", .choice, default: Work.join,
        "Join a room, query places in a line, or watch places while the line moves.")
    private static let connections = Option("connections", .integer(in: 1...1000), default: 64, "Connections.")
    private static let inFlight = Option(
        "in-flight", .integer(in: 1...1024), default: 1, "Calls in flight on each connection; not for watch.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(4),
        "The length of the measurement.")
    private static let places = Option(
        "places", .integer(in: 1...1_000_000), default: 20_000, "Users in the line at the start; not for join.")
    private static let rate = Option(
        "rate", .integer(in: 1...100_000), default: 106,
        "Users admitted per second, for watch; the line moves at 95 % of it.")
    private static let serverLoops = Option(
        "server-loops", .integer(in: 1...64), default: 2, "Event loops of the service.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database to use instead of a new SQLite file.")
    /// The limit for the time between an admission and its notification.
    private static let maxDelay = Duration.seconds(2)
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "queue", "the waiting room: durable joins, queries of a place, watched places",
        [work, connections, inFlight, duration, places, rate, serverLoops, url, ServedTLS.option, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        guard configuration[ServedTLS.option] != .required || configuration[work] == .watch else {
            throw BenchmarkError("--tls required needs --work watch: the calls of the others are prepared without it")
        }
        let waitingRoom = try WaitingRoom(
            url: configuration[url], loops: configuration[serverLoops], tls: configuration[ServedTLS.option])
        defer { waitingRoom.program.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let loop = loops.all[0]
        let network = try waitingRoom.program.network(on: loops)
        let clients = (0..<configuration[connections]).map { _ in
            Client(to: [waitingRoom.program.address], on: Loops(driven: [loop]), network: network)
        }
        let work = configuration[Self.work]
        let room = try await waitingRoom.create(clients[0], rate: UInt32(configuration[rate]))
        let callers = QueueCallers(waitingRoom, room, clients, on: loop)
        let line = work == .join ? [] : try await callers.fill(configuration[places])
        var report = Report("queue", ["work": work.rawValue, "connections": "\(clients.count)"])
        let before = try waitingRoom.program.figures()
        let (calls, perOperation): (UInt64, Double)
        switch work {
        case .join, .show:
            let prepared = PreparedCalls(
                address: waitingRoom.program.address, programs: [waitingRoom.program.id], connections: clients.count,
                inFlight: configuration[inFlight])
            let duration = configuration[duration]
            let result = try await onThread {
                work == .join
                    ? try callers.join(prepared, for: duration)
                    : try callers.show(prepared, line, for: duration)
            }
            report.add("calls per second", Double(result.latency.count) / result.seconds)
            report.add(latency: result.latency)
            (calls, perOperation) = (result.latency.count, result.processorTime)
        case .watch:
            let time = try ProcessorTime(of: [waitingRoom.program.id])
            let watchers = PlaceWatchers(room, on: loop)
            try await watchers.start(line, clients)
            try await waitingRoom.open(room, clients[0])
            try await SystemClock().sleep(for: configuration[duration])
            calls = try await endWatching(watchers, in: room, of: waitingRoom, clients[0], &report)
            perOperation = try time.perOperation(calls)
        }
        let after = try waitingRoom.program.figures()
        let perCall = 1_000_000 / Double(max(1, calls))
        report.add("server cpu per call", (after.cpuTime - before.cpuTime) / .seconds(1) * perCall, "us")
        report.add("server memory", Double(after.residentBytes) / 1_048_576, "MiB")
        report.add("cpu per operation", perOperation, "us")
        for client in clients { await client.shutdown() }
        report.show(asJSON: configuration[json])
    }

    /// Ends the streams and reports the delays of the admissions. Returns the number of received items.
    private static func endWatching(
        _ watchers: PlaceWatchers, in room: RoomID, of waitingRoom: WaitingRoom, _ client: Client,
        _ report: inout Report
    ) async throws -> UInt64 {
        let admitted = try await waitingRoom.admittedCount(room, client)
        try await SystemClock().sleep(for: maxDelay)
        let received = await watchers.receivedAdmissions
        guard received.count >= admitted else {
            throw BenchmarkError("\(admitted) admissions, but only \(received.count) notifications after \(maxDelay)")
        }
        let items = UInt64(await watchers.itemCount)
        let memory = try waitingRoom.program.figures().residentBytes
        await watchers.end()
        var delay = Histogram()
        for (waiter, time) in received {
            guard let admitted = try await waitingRoom.admission(of: waiter.place, in: room, client) else {
                throw BenchmarkError("a stream reported the admission of a place that is not admitted")
            }
            delay.record(UInt64(max(0, (time - admitted) / .nanoseconds(1))))
        }
        report.add("places told", Double(received.count))
        report.add(latency: delay)
        report.add("memory while watched", Double(memory) / 1_048_576, "MiB")
        return items
    }
}
