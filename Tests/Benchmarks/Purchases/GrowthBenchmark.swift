import CommandLine
import RPC
import Telemetry
import TestSupport

/// `Benchmarks growth`: the processor time of a purchase, while the tables grow.
enum GrowthBenchmark {
    /// The number of purchases that are measured.
    private static let measuredCount = 4000

    private static let sizes = [1000, 100_000, 1_000_000]
    private static let inFlight = 256

    private static let largest = Option(
        "largest", .integer(in: sizes[0]...sizes.last!), default: sizes.last!,
        "Leaves out the sizes above this number. A million purchases take about ten minutes.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "growth", "processor time of a purchase with 1000, 100,000 and 1,000,000 seats, users, places and payments",
        [largest, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        var report = Report("growth", ["measured purchases": "\(measuredCount)", "in flight": "\(inFlight)"])
        for size in sizes where size <= configuration[largest] {
            for (name, time) in try await time(after: size) {
                report.add("\(name) cpu per operation with \(size) rows", time, "us")
            }
        }
        report.show(asJSON: configuration[json])
    }

    /// Makes `count` purchases and then measures. The databases have that number of seats, users, places and payments.
    private static func time(after count: Int) async throws -> [(name: String, time: Double)] {
        let market = try Market(on: .file, instances: 1)
        defer { market.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let clients = try market.connect(on: loops.all[0], loops)
        let buyers = Buyers(market, clients, seed: 1, on: loops.all[0])
        let (room, sale) = try await market.openRoomAndSale(seats: count + measuredCount, clients[0])
        try await buyers.addUsers(count + measuredCount)
        await buyers.choose(seatsOf: sale)
        var done = 0
        func buy(_ purchases: Int) async throws {
            _ = try await buyers.buy(sale, behind: room, Buyers.Pace(count: purchases, inFlight: inFlight))
            done += purchases
            try await market.finish(UInt64(done), in: room, clients[0])
        }
        try await buy(count)
        let times = try market.processorTimes()
        try await buy(measuredCount)
        let figures = try times.map { ($0.name, try $0.time.perOperation(UInt64(measuredCount))) }
        try await market.audit(clients[0])
        for client in clients { await client.shutdown() }
        return [("whole", figures.reduce(0) { $0 + $1.1 })] + figures
    }
}
