import Kernel
import QueueAPI
import RPC
import Runtime
import TestSupport

/// `Benchmarks queue`: the waiting room through the program itself, over sockets, durable.
enum QueueBenchmark {
    enum Work: String, CaseIterable, Sendable {
        case join, show, watch
    }

    private static let work = Option(
        "work", .choice, default: Work.join,
        "Join a room, ask for a place in a line, or watch places while the line moves.")
    private static let connections = Option("connections", .integer(in: 1...1000), default: 64, "Connections.")
    private static let inFlight = Option(
        "in-flight", .integer(in: 1...1024), default: 1, "Calls under way on each connection; not for watching.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(4), "How long to measure.")
    private static let places = Option(
        "places", .integer(in: 1...1_000_000), default: 20_000, "People in the line before it begins; not for joining.")
    private static let rate = Option(
        "rate", .integer(in: 1...100_000), default: 106,
        "People let in during a second, while places are watched; the line moves with 95 % of it.")
    private static let serverLoops = Option("server-loops", .integer(in: 1...64), default: 2, "Its event loops.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database, in place of a new SQLite file.")
    /// Nobody who may come in hears of it later than this.
    private static let longestDelay = Duration.seconds(2)
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "queue", "the waiting room: durable joins, looks at a place, watched places",
        [work, connections, inFlight, duration, places, rate, serverLoops, url, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let waitingRoom = try WaitingRoom(url: configuration[url], loops: configuration[serverLoops])
        defer { waitingRoom.program.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let loop = loops.all[0]
        let clients = (0..<configuration[connections]).map { _ in
            Client(to: [waitingRoom.program.address], on: Loops(driven: [loop]), network: TCP(on: loops))
        }
        let work = configuration[Self.work]
        let room = try await waitingRoom.create(clients[0], rate: UInt32(configuration[rate]))
        let callers = QueueCallers(waitingRoom, room, clients, on: loop)
        let line = work == .join ? [] : try await callers.fill(configuration[places])
        var report = Report("queue", ["work": work.rawValue, "connections": "\(clients.count)"])
        let before = try waitingRoom.program.figures()
        let time = try ProcessorTime(of: [waitingRoom.program.id])
        let calls: UInt64
        switch work {
        case .join, .show:
            let prepared = PreparedCalls(
                address: waitingRoom.program.address, connections: clients.count, inFlight: configuration[inFlight])
            let duration = configuration[duration]
            let result = try await onThread {
                work == .join
                    ? try callers.join(prepared, for: duration)
                    : try callers.show(prepared, line, for: duration)
            }
            report.add("calls per second", Double(result.latency.count) / result.seconds)
            report.add(latency: result.latency)
            calls = result.latency.count
        case .watch:
            let watchers = PlaceWatchers(room, on: loop)
            try await watchers.start(line, clients)
            try await waitingRoom.open(room, clients[0])
            try await SystemClock().sleep(for: configuration[duration])
            let admitted = try await waitingRoom.admittedCount(room, clients[0])
            try await SystemClock().sleep(for: longestDelay)
            let told = await watchers.toldSoFar
            guard told.count >= admitted else {
                throw BenchmarkError("\(told.count) places were told, and \(admitted) admitted \(longestDelay) before")
            }
            calls = UInt64(await watchers.itemCount)
            let memory = try waitingRoom.program.figures().residentBytes
            await watchers.end()
            var delay = Histogram()
            for (waiter, time) in told {
                guard let admitted = try await waitingRoom.admission(of: waiter.place, in: room, clients[0]) else {
                    throw BenchmarkError("a place was told that it may come in, and was not admitted")
                }
                delay.record(UInt64(max(0, (time - admitted) / .nanoseconds(1))))
            }
            report.add("places told", Double(told.count))
            report.add(latency: delay)
            report.add("memory while watched", Double(memory) / 1_048_576, "MiB")
        }
        let perOperation = try time.perOperation(calls)
        let after = try waitingRoom.program.figures()
        let perCall = 1_000_000 / Double(max(1, calls))
        report.add("server cpu per call", (after.cpuTime - before.cpuTime) / .seconds(1) * perCall, "us")
        report.add("server memory", Double(after.residentBytes) / 1_048_576, "MiB")
        report.add("cpu per operation", perOperation, "us")
        for client in clients { await client.shutdown() }
        report.show(asJSON: configuration[json])
    }
}
