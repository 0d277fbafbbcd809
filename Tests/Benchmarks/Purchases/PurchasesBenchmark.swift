import CommandLine
import Kernel
import RPC
import Telemetry
import TestSupport
import Threads

/// `Benchmarks purchases`: durable payments and whole purchases through the three programs, over sockets.
enum PurchasesBenchmark {
    enum Work: String, CaseIterable, Sendable {
        case pay, buy
    }

    enum DatabaseKind: String, CaseIterable, Sendable {
        case sqlite, postgresql
    }

    private static let work = Option(
        "work", .choice, default: Work.pay,
        "Pay for held seats, or make whole purchases: join, admission, reservation, payment, end of the place.")
    private static let inFlight = Option("in-flight", .integer(in: 1...1024), default: 256, "Buyers at the same time.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(10))), default: .seconds(4),
        "The length of the measurement.")
    private static let openLoop = Option(
        "open-loop", .integer(in: 0...100_000), default: 0,
        """
        Purchases that begin in a second, at fixed times, by at most --in-flight buyers. Latency counts from the time when a \
        purchase was due. With 0, each buyer begins the next purchase after the last one.
        """)
    private static let among = Option(
        "among", .integer(in: 1000...1_000_000), default: 300_000,
        "Users with money and seats to choose from at random. Each is used once.")
    private static let seed = Option("seed", .integer(in: 1...Int.max), default: 1, "The seed of the random choice.")
    private static let engine = Option(
        "engine", .choice, default: DatabaseKind.sqlite,
        "The database of the services. For postgresql, run the benchmark beside deploy/with-postgres --durable.")
    private static let instances = Option(
        "instances", .integer(in: 1...16), default: 1, "Instances of each service, on postgresql only.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "purchases", "complete payments, and whole purchases, through all three services",
        [work, inFlight, duration, openLoop, among, seed, engine, instances, ServedTLS.option, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let (engine, instances) = (configuration[engine], configuration[instances])
        guard instances == 1 || engine == .postgresql else {
            throw BenchmarkError("--instances \(instances) needs --engine postgresql: SQLite has one instance")
        }
        let market = try Market(
            on: engine == .sqlite ? .file : .postgreSQL, instances: instances, tls: configuration[ServedTLS.option])
        defer { market.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let clients = try market.connect(on: loops.all[0], loops)
        let buyers = Buyers(market, clients, seed: UInt64(configuration[seed]), on: loops.all[0])
        let (work, count) = (configuration[work], rounded(configuration[among]))
        let pace = Buyers.Pace(
            duration: configuration[duration], inFlight: configuration[inFlight], rate: configuration[openLoop])
        var report = Report(
            "purchases",
            [
                "work": work.rawValue, "in flight": "\(pace.inFlight)", "open loop": "\(pace.rate)",
                "engine": engine.rawValue, "instances": "\(instances)", "among": "\(count)",
                "seed": "\(configuration[seed])",
            ])
        let (latency, seconds, times) = try await measure(
            work, among: count, pace, buyers, market, clients)
        report.add("purchases per second", Double(latency.count) / seconds)
        let figures = try times.map { ($0.name, try $0.time.perOperation(latency.count)) }
        report.add("cpu per operation", figures.reduce(0) { $0 + $1.1 }, "us")
        for (name, time) in figures { report.add("\(name) cpu per operation", time, "us") }
        report.add(latency: latency)
        try await market.audit(clients[0])
        for (name, programs) in market.programs {
            let bytes = try programs.reduce(0) { $0 + (try $1.figures().residentBytes) }
            report.add("\(name) memory", Double(bytes) / 1_048_576, "MiB")
        }
        for client in clients { await client.shutdown() }
        report.show(asJSON: configuration[json])
    }

    private typealias Measurement = (
        latency: Histogram, seconds: Double, times: [(name: String, time: ProcessorTime)]
    )

    private static func measure(
        _ work: Work, among count: Int, _ pace: Buyers.Pace, _ buyers: Buyers, _ market: Market,
        _ clients: [MarketClients]
    ) async throws -> Measurement {
        switch work {
        case .pay:
            let sale = try await market.openSale(seats: count, clients[0])
            try await buyers.addUsers(count / Buyers.seatsEach)
            try await buyers.reserve(sale)
            let times = try market.processorTimes()
            let result = try await buyers.pay(pace)
            return (result.latency, result.seconds, times)
        case .buy:
            let (room, sale) = try await market.openRoomAndSale(seats: count, clients[0])
            try await buyers.addUsers(count)
            await buyers.choose(seatsOf: sale)
            let times = try market.processorTimes()
            let start = Monotonic.now
            let latency = try await buyers.buy(sale, behind: room, pace).latency
            try await market.finish(latency.count, in: room, clients[0])
            // The time includes the end of the last place.
            return (latency, (Monotonic.now - start) / .seconds(1), times)
        }
    }

    /// Rounds up to whole rows of seats.
    private static func rounded(_ count: Int) -> Int {
        (count + ConcertProcess.seatsInARow - 1) / ConcertProcess.seatsInARow * ConcertProcess.seatsInARow
    }
}
