import Database
import Kernel

/// The work that each caller repeats.
enum Work: String, CaseIterable {
    case reserve, refuse, read

    func run(
        as caller: Int, of callers: Int, on database: Database, until end: Uptime, _ latencies: Latencies
    ) async throws {
        let buyer = UserID(high: 3, low: UInt64(caller))
        var random = SeededGenerator(seed: UInt64(caller))
        var number = caller
        var start = Monotonic.now
        while start < end {
            // Each caller has its own seats, because this measures the database, not conflicts.
            let label = Int.random(in: 0..<(BoxOffice.seatCount / callers), using: &random) * callers + caller
            let id = ID<BoxOffice.Reservation>(high: UInt64(number), low: random.next())
            let until = Int64(number)
            switch self {
            case .reserve:
                try await database.transaction { try BoxOffice.reserve(label, as: id, by: buyer, until: until, $0) }
            case .refuse:
                do {
                    try await database.transaction { try BoxOffice.refuse(label, $0) }
                } catch is BoxOffice.Taken {
                    // This is the expected outcome.
                }
            case .read: _ = try await database.read { try BoxOffice.until(label, $0) }
            }
            let now = Monotonic.now
            latencies.histogram.record(now.nanoseconds - start.nanoseconds)
            start = now
            number += callers
        }
    }
}
