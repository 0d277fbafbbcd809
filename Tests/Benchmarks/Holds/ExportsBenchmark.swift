import CommandLine
import ConcertAPI
import Kernel
import RPC
import TestSupport
import Threads

/// `Benchmarks exports`: an export of all reservations of a concert, searches in them, and writes meanwhile.
enum ExportsBenchmark {
    private static let reservations = Option(
        "reservations", .integer(in: 1000...1_000_000), default: 1_000_000,
        "Reservations of the concert, a multiple of 100, one for each user.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(10))), default: .seconds(5),
        "The length of each measurement of writes.")
    private static let searches = Option("searches", .integer(in: 100...100_000), default: 2000, "Searches for a seat.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database to use instead of a new SQLite file.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")
    /// The seats for the writes that are measured.
    private static let otherSeats = 200_000
    private static let pageSize: UInt32 = 500

    static let benchmark = Benchmark(
        "exports", "an export of reservations: memory and rate; searches; and writes meanwhile",
        [reservations, duration, searches, url, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let process = try ConcertProcess(url: configuration[url], loops: 2)
        defer { process.program.stop() }
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let client = Client(to: [process.program.address], on: loops, network: TCP(on: loops))
        let count = configuration[reservations]
        let now = SystemClock().now
        let sale = try await process.open("sale", seats: count, on: client, now: now)
        let other = try await process.open("other", seats: otherSeats, on: client, now: now)
        try await reserve(sale, in: process, connections: 4, inFlight: 64, for: .minutes(60))
        let reader = Reader(calls: ConcertClient(client), program: process.program, sale: sale)

        var report = Report("exports", ["reservations": "\(count)"])
        let idle = try process.program.figures().residentBytes
        report.add("server memory before", Double(idle) / 1_048_576, "MiB")
        let half = otherSeats / 2
        let before = try await reserve(
            other, among: 0..<half, in: process, connections: 1, inFlight: 1, for: configuration[duration])
        // A cancelled task would end the export in the middle of a page.
        let isWanted = Lock(true)
        let exporting = Task { try await reader.exportAll(while: { isWanted.withLock { $0 } }) }
        let meanwhile = try await reserve(
            other, among: half..<otherSeats, in: process, connections: 1, inFlight: 1, for: configuration[duration])
        isWanted.withLock { $0 = false }
        let export = try await exporting.value
        report.add("rows per second", Double(export.rows) / export.seconds)
        report.add("page p99", Double(export.pages.value(atOrBelow: 0.99)) / 1_000_000, "ms")
        report.add("server memory above it, at most", Double(export.mostBytes - idle) / 1_048_576, "MiB")
        report.add("write p99 before", Double(before.value(atOrBelow: 0.99)) / 1_000_000, "ms")
        report.add("write p99 meanwhile", Double(meanwhile.value(atOrBelow: 0.99)) / 1_000_000, "ms")
        report.add("write max before", Double(before.largest) / 1_000_000, "ms")
        report.add("write max meanwhile", Double(meanwhile.largest) / 1_000_000, "ms")
        let search = try await reader.search(configuration[searches])
        report.add("search p50", Double(search.value(atOrBelow: 0.5)) / 1_000_000, "ms")
        report.add("search p99", Double(search.value(atOrBelow: 0.99)) / 1_000_000, "ms")
        await client.shutdown()
        report.show(asJSON: configuration[json])
    }

    /// Reserves free seats of a date, each for a new user, for `duration` or until all are taken.
    @discardableResult
    private static func reserve(
        _ sale: Sale, among seats: Range<Int>? = nil, in process: ConcertProcess, connections: Int, inFlight: Int,
        for duration: Duration
    ) async throws -> Histogram {
        let callers = HoldsCallers(process: process, sale: sale, sold: seats)
        let calls = PreparedCalls(
            address: process.program.address, programs: [process.program.id], connections: connections,
            inFlight: inFlight)
        return try await onThread { try callers.run(.sell, calls, for: duration) }.latency
    }

    /// An operator who reads the reservations of a date.
    private struct Reader {
        struct Export {
            var rows = 0
            var pages = Histogram()
            var mostBytes = 0
            var seconds = 0.0
        }

        let calls: ConcertClient
        let program: ServedProgram
        let sale: Sale

        private var options: CallOptions { program.options(UserID(high: 1, low: 1), .operator) }

        /// Exports all reservations, again and again until `isWanted` is false, and at least once.
        func exportAll(while isWanted: () -> Bool) async throws -> Export {
            var export = Export()
            let start = Monotonic.now
            repeat {
                var last: ReservationID?
                repeat {
                    let request = FindReservationsRequest(
                        concertID: sale.concert, after: last, pageSize: ExportsBenchmark.pageSize)
                    let began = Monotonic.now
                    let page = try await calls.findReservations(request, options)
                    export.pages.record(Monotonic.now.nanoseconds - began.nanoseconds)
                    export.rows += page.reservations.count
                    export.mostBytes = max(export.mostBytes, try program.figures().residentBytes)
                    last = page.hasMore ? page.lastReservationID : nil
                } while last != nil
            } while isWanted()
            export.seconds = (Monotonic.now - start) / .seconds(1)
            guard export.rows % sale.seats == 0 else {
                throw BenchmarkError("the export has \(export.rows) rows, not a multiple of \(sale.seats)")
            }
            return export
        }

        /// Finds the reservations of random seats.
        func search(_ count: Int) async throws -> Histogram {
            var (latency, random) = (Histogram(), SeededGenerator(seed: 2))
            for _ in 0..<count {
                let seat = sale.name(of: Int.random(in: 0..<sale.seats, using: &random))
                let request = FindReservationsRequest(
                    concertID: sale.concert, seat: seat, scheduleID: sale.schedule)
                let began = Monotonic.now
                let found = try await calls.findReservations(request, options).reservations.count
                latency.record(Monotonic.now.nanoseconds - began.nanoseconds)
                guard found == 1 else { throw BenchmarkError("\(found) reservations have the seat \(seat)") }
            }
            return latency
        }
    }
}
