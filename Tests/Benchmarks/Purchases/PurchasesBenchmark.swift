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

    private static let work = Option(
        "work", .choice, default: Work.pay,
        "Pay for held seats, or make whole purchases: join, admission, reservation, payment, end of the place.")
    private static let inFlight = Option("in-flight", .integer(in: 1...1024), default: 256, "Buyers at the same time.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(10))), default: .seconds(4),
        "The length of the measurement.")
    private static let perSecond = Option(
        "per-second", .integer(in: 100...100_000), default: 15_000,
        "Purchases a second to prepare for: must exceed the real rate.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "purchases", "complete payments, and whole purchases, through all three services",
        [work, inFlight, duration, perSecond, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let market = try Market()
        defer { market.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let clients = market.connect(on: loops.all[0], loops)
        let buyers = Buyers(market, clients, on: loops.all[0])
        let (work, duration, inFlight) = (configuration[work], configuration[duration], configuration[inFlight])
        let count = Int(duration / .seconds(1) * Double(configuration[perSecond])) + inFlight
        var report = Report("purchases", ["work": work.rawValue, "in flight": "\(inFlight)"])
        let result: (latency: Histogram, seconds: Double)
        let time: ProcessorTime
        switch work {
        case .pay:
            let sale = try await market.openSale(seats: rounded(count), clients)
            try await buyers.addUsers(rounded(count) / Buyers.seatsEach)
            try await buyers.reserve(sale)
            time = try market.processorTime()
            result = try await buyers.pay(for: duration, inFlight: inFlight)
            report.add("purchases per second", Double(result.latency.count) / result.seconds)
        case .buy:
            let (room, sale) = try await market.openRoomAndSale(seats: rounded(count), clients)
            try await buyers.addUsers(count)
            time = try market.processorTime()
            let start = Monotonic.now
            result = try await buyers.buy(sale, behind: room, for: duration, inFlight: inFlight)
            while try await market.finishedCount(in: room, clients) < result.latency.count {
                try await SystemClock().sleep(for: .milliseconds(50))
            }
            // The time includes the end of the last place.
            report.add("purchases per second", Double(result.latency.count) / ((Monotonic.now - start) / .seconds(1)))
        }
        report.add("cpu per operation", try time.perOperation(result.latency.count), "us")
        report.add(latency: result.latency)
        try await market.audit(clients)
        for (name, program) in zip(["queue", "concert", "wallet"], market.programs) {
            report.add("\(name) memory", Double(try program.figures().residentBytes) / 1_048_576, "MiB")
        }
        await clients.shutdown()
        report.show(asJSON: configuration[json])
    }

    /// Rounds up to whole rows of seats.
    private static func rounded(_ count: Int) -> Int {
        (count + ConcertProcess.seatsInARow - 1) / ConcertProcess.seatsInARow * ConcertProcess.seatsInARow
    }
}
