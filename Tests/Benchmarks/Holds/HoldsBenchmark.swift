import CommandLine
import ConcertAPI
import Kernel
import RPC
import TestSupport
import Threads

/// `Benchmarks holds`: durable reservations through ConcertService, over sockets, with every rule on.
enum HoldsBenchmark {
    enum Work: String, CaseIterable, Sendable {
        case sell, refuse, show, load, prepare
    }

    private static let work = Option(
        "work", .choice, default: Work.sell,
        "Reserve free seats (one per call, in random order), request taken ones, show the map of a 1000-seat date half of "
            + "which is taken, load seats and measure the memory, or only load them and stop.")
    private static let connections = Option("connections", .integer(in: 1...1000), default: 4, "Connections.")
    private static let inFlight = Option(
        "in-flight", .integer(in: 1...1024), default: 64, "Calls in flight on each connection.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(4),
        "The length of the measurement; it ends earlier if all seats are taken.")
    private static let seats = Option(
        "seats", .integer(in: 1000...1_000_000), default: 200_000, "Seats on sale, a multiple of 100.")
    private static let serverLoops = Option(
        "server-loops", .integer(in: 1...64), default: 2, "Event loops of the service.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database to use instead of a new SQLite file.")
    /// The number of seats that are taken before the measurement of refusals.
    static let takenSeats = 1000
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "holds", "reservations: rate, refusals, maps, loading and memory",
        [work, connections, inFlight, duration, seats, serverLoops, url, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let process = try ConcertProcess(url: configuration[url], loops: configuration[serverLoops])
        defer { process.program.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let loop = loops.all[0]
        let clients = (0..<configuration[connections]).map { _ in
            Client(to: [process.program.address], on: Loops(driven: [loop]), network: TCP(on: loops))
        }
        let work = configuration[Self.work]
        let count = work == .show ? 1000 : configuration[seats]
        var report = Report("holds", ["work": work.rawValue, "seats": "\(count)"])
        let began = Monotonic.now
        let sale = try await process.open("sale", seats: count, on: clients[0], now: SystemClock().now)
        report.add("seconds to load", (Monotonic.now - began) / .seconds(1), "s")

        let callers = HoldsCallers(process: process, sale: sale)
        let taken = work == .show ? count / 2 : takenSeats
        if work == .refuse || work == .show { try await callers.take(taken, clients[0]) }
        switch work {
        case .prepare: break
        case .load: _ = try await callers.show(clients[0])
        case .sell, .refuse, .show:
            if work == .show, try await callers.show(clients[0]).held.count != taken {
                throw BenchmarkError("the map does not show \(taken) held seats")
            }
            let calls = PreparedCalls(
                address: process.program.address, programs: [process.program.id], connections: clients.count,
                inFlight: configuration[inFlight])
            let before = try process.program.figures()
            let duration = configuration[duration]
            let result = try await onThread { try callers.run(work, calls, for: duration) }
            let after = try process.program.figures()
            report.add("calls per second", Double(result.latency.count) / result.seconds)
            report.add(latency: result.latency)
            let perCall = 1_000_000 / Double(max(1, result.latency.count))
            report.add("server cpu per call", (after.cpuTime - before.cpuTime) / .seconds(1) * perCall, "us")
            report.add("cpu per operation", result.processorTime, "us")
        }
        report.add("server memory", Double(try process.program.figures().residentBytes) / 1_048_576, "MiB")
        for client in clients { await client.shutdown() }
        report.show(asJSON: configuration[json])
    }
}
