import CommandLine
import Database
import Glibc
import Kernel
import RPC
import Synchronization
import Telemetry
import TestSupport
import Threads

/// `Benchmarks database`: durable writes and reads through the async API, from one event loop, as in a service.
enum DatabaseBenchmark {
    private static let work = Option(
        "work", .choice, default: Work.reserve,
        "Claim a seat and insert the reservation, find a seat taken, or read a seat.")
    private static let callers = Option(
        "callers", .integer(in: 1...4096), default: 256, "Calls in flight at the same time.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(5),
        "The length of the measurement.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database to use instead of a new SQLite file.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "database", "durable transactions and reads: rate and latency", [work, callers, duration, url, json]
    ) { configuration in
        let loops = Loops(count: 1)
        defer { loops.stop() }
        try await withTaskExecutorPreference(loops.all[0]) { try await measure(configuration) }
    }

    private static func measure(_ configuration: Configuration) async throws {
        let test = try TestDatabase(on: .file)
        defer { withExtendedLifetime(test) {} }
        let (work, callers) = (configuration[work], configuration[callers])
        let commits = Atomic(0)
        let database = try Database(
            url: configuration[url] ?? test.url, migrations: BoxOffice.migrations, clock: SystemClock()
        ) { event in
            if case .committed = event { commits.add(1, ordering: .relaxed) }
        }
        try await BoxOffice.fill(database)
        commits.store(0, ordering: .relaxed)
        let latencies = Latencies()
        let time = try ProcessorTime(of: [])
        let start = Monotonic.now
        let end = start + configuration[duration]
        try await withThrowingTaskGroup { group in
            for caller in 0..<callers {
                group.addTask { try await work.run(as: caller, of: callers, on: database, until: end, latencies) }
            }
            try await group.waitForAll()
        }
        let seconds = (Monotonic.now - start) / .seconds(1)
        let perOperation = try time.perOperation(latencies.histogram.count)
        await database.close()

        var report = Report(
            "database",
            [
                "work": work.rawValue, "callers": "\(callers)", "duration": configuration[duration].optionText,
            ])
        let histogram = latencies.histogram
        report.add("calls per second", Double(histogram.count) / seconds)
        report.add("calls per commit", Double(histogram.count) / Double(max(1, commits.load(ordering: .relaxed))))
        report.add(latency: histogram)
        report.add("cpu per operation", perOperation, "us")
        report.show(asJSON: configuration[json])
    }
}

/// Safe to share, because only the tasks of one event loop use it, one at a time.
final class Latencies: @unchecked Sendable {
    var histogram = Histogram()
}
