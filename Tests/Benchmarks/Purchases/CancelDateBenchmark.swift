import CommandLine
import ConcertAPI
import Kernel
import RPC
import TestSupport
import Threads

/// `Benchmarks cancel-date`: cancels a date with sold tickets while payments for another date go on.
enum CancelDateBenchmark {
    private static let tickets = Option(
        "tickets", .integer(in: 100...200_000), default: 50_000, "Sold tickets of the cancelled date, one in a payment."
    )
    private static let duration = Option(
        "duration", .duration(in: .seconds(1)...(.minutes(10))), default: .seconds(5),
        "The length of the measurements before and after the cancellation, and of each one during it.")
    private static let reserved = Option(
        "reserved", .integer(in: 1000...1_000_000), default: 300_000, "Reservations of the other date to pay for.")
    private static let engine = Option(
        "engine", .choice, default: PurchasesBenchmark.DatabaseKind.sqlite,
        "The database of the services. For postgresql, run the benchmark beside deploy/with-postgres --durable.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "cancel-date", "the cancellation of a sold date, and payments for another date meanwhile",
        [tickets, duration, reserved, engine, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let market = try Market(on: configuration[engine] == .sqlite ? .file : .postgreSQL, instances: 1)
        defer { market.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let clients = try market.connect(on: loops.all[0], loops)
        let count =
            (configuration[tickets] + ConcertProcess.seatsInARow - 1) / ConcertProcess.seatsInARow
            * ConcertProcess.seatsInARow
        let sale = try await sold(count, market, clients, on: loops.all[0])
        let others = Buyers(market, clients, seed: 2, on: loops.all[0])
        try await others.addUsers(configuration[reserved] / Buyers.seatsEach)
        try await others.reserve(
            try await market.openSale(seats: configuration[reserved], named: "other", clients[0]))

        let pace = Buyers.Pace(duration: configuration[duration], inFlight: 64)
        let usualTimes = try market.processorTimes()
        let before = try await others.pay(pace)
        let costs = try usualTimes.map { try $0.time.perOperation(before.latency.count) }
        let (times, start) = (try market.processorTimes(), Monotonic.now)
        try await market.cancel(sale, clients[0])
        var (paid, seconds) = (before.latency.count, 0.0)
        var blocked: Double?
        while try await market.refundsDue(clients[0]) > 0 || blocked == nil {
            let part = try await others.pay(pace)
            (paid, seconds) = (part.latency.count, seconds + part.seconds)
            if try await market.isCancelled(sale, clients[0]), blocked == nil {
                blocked = (Monotonic.now - start) / .seconds(1)
            }
        }
        let (refunded, spent) = (Monotonic.now - start, try times.map { try $0.time.perOperation(1) })
        // The rows of more and more payments fill the caches, so the usual rate is that of both sides.
        let after = try await others.pay(pace)
        var report = Report("cancel-date", ["tickets": "\(count)", "engine": configuration[engine].rawValue])
        let usual =
            Double(before.latency.count + after.latency.count - paid) / (before.seconds + after.seconds)
        let meanwhile = Double(paid - before.latency.count) / seconds
        report.add("payments per second before and after", usual)
        report.add("payments per second meanwhile", meanwhile)
        report.add("rate meanwhile", meanwhile / usual * 100, "%")
        report.add("seats blocked after at most", blocked ?? 0, "s")
        report.add("refunds paid after at most", refunded / .seconds(1), "s")
        for (index, (name, _)) in times.enumerated() {
            let ofPayments = Double(paid - before.latency.count) * costs[index]
            report.add("\(name) cpu per refund", (spent[index] - ofPayments) / Double(count), "us")
        }
        try await market.audit(clients[0])
        for client in clients { await client.shutdown() }
        report.show(asJSON: configuration[json])
    }

    /// Opens a date and sells all of its seats.
    private static func sold(
        _ count: Int, _ market: Market, _ clients: [MarketClients], on loop: EventLoop
    ) async throws -> Sale {
        let sale = try await market.openSale(seats: count, clients[0])
        let buyers = Buyers(market, clients, seed: 1, on: loop)
        try await buyers.addUsers(count / Buyers.seatsEach)
        try await buyers.reserve(sale)
        _ = try await buyers.pay(Buyers.Pace(count: count, inFlight: 256))
        return sale
    }
}
