import Database
import Kernel
import Service
import Telemetry
import Threads
import WalletDomain

/// Payments or passes that must come to their end, and the attempts that are due.
///
/// The instance that begins a row keeps it here until its end, so its attempts need no query. An instance takes over the rows of
/// others that no instance has tried for `grace` after they were due. One transaction has the turn (`TakeOverTable`), finds the
/// rows and claims them. So a due row is claimed once, also if many instances start at the same time.
final class OpenWork<Row: Sendable>: Sendable {
    /// Maximum of rows. A further one is found by a query when it is overdue.
    private static var maximumRows: Int { 16_384 }
    /// The time that an instance has for the attempts of its rows before another one takes them.
    private static var grace: Duration { .seconds(1) }
    /// The start ends when all rows that were open before it are overdue. Until then, an instance looks for them at each run.
    private static var start: Duration { Attempts.longestPause + grace }
    private static var firstPause: Duration { .milliseconds(250) }
    private static var longestPause: Duration { .seconds(5) }
    /// Maximum of batches in one run. The next run continues.
    private static var maximumRounds: Int { 100 }

    /// The functions that differ between payments and passes.
    struct Table: Sendable {
        /// The name of a row in metrics.
        let name: String
        let key: @Sendable (Row) -> PaymentID
        let due: @Sendable (Row) -> Timestamp?
        /// Reads rows that are due in these times, the earliest first.
        let find: @Sendable (_ times: ClosedRange<Timestamp>, _ limit: Int, Reader) throws -> [Row]
        /// Returns the rows that no other instance has claimed, each with the time until its next attempt.
        let claim: @Sendable (_ due: [Row], _ now: Timestamp, Transaction) throws -> [Claim]
    }

    typealias Claim = (row: Row, timeout: Duration)

    private let database: Database
    private let clock: any Clock
    private let table: Table
    private let batch: Int
    private let others: Polling
    private let startEnd: Uptime
    private let rows = Lock<[PaymentID: Row]>([:])
    private let claims: Counter
    private let lost: Counter

    /// `batch` is the maximum of rows in one claim.
    init(_ table: Table, _ environment: ServiceEnvironment, batch: Int) {
        database = environment.database
        clock = environment.clock
        self.table = table
        self.batch = batch
        others = Polling(after: nil, clock, from: Self.firstPause, upTo: Self.longestPause)
        startEnd = clock.uptime + Self.start
        claims = environment.metrics.counter(
            "wallet_\(table.name)_claims_total",
            "Attempts that this instance has claimed. Each is made by one instance.")
        lost = environment.metrics.counter(
            "wallet_\(table.name)_claims_lost_total",
            "Claims that came too late, because another instance was faster.")
    }

    /// Keeps a row until its end, and makes its next attempt when it is due.
    func put(_ row: Row) {
        guard table.due(row) != nil else { return }
        rows.withLock { rows in
            guard rows.count < Self.maximumRows || rows[table.key(row)] != nil else { return }
            rows[table.key(row)] = row
        }
    }

    func remove(_ id: PaymentID) {
        rows.withLock { _ = $0.removeValue(forKey: id) }
    }

    /// Claims the rows that are due, in batches, and makes their attempts.
    func run(_ attempt: ([Claim]) async throws -> Void) async throws {
        for _ in 0..<Self.maximumRounds {
            let due = takeDue()
            guard !due.isEmpty else { break }
            do {
                let claimed = try await database.transaction { [self] tx in try table.claim(due, clock.now, tx) }
                try await self.attempt(claimed, of: due.count, attempt)
            } catch {
                for row in due where !holds(row) { put(row) }
                throw error
            }
            guard due.count == batch else { break }
        }
        try await others.run { try await takeOver(attempt) }
    }

    private func attempt(
        _ claimed: [Claim], of count: Int, _ attempt: ([Claim]) async throws -> Void
    ) async throws {
        claims.increment(by: UInt64(claimed.count))
        lost.increment(by: UInt64(count - claimed.count))
        for claim in claimed { put(claim.row) }
        try await attempt(claimed)
    }

    private func takeDue() -> [Row] {
        let now = clock.now
        return rows.withLock { rows in
            let due = rows.values.compactMap { row in table.due(row).map { (row: row, time: $0) } }
                .filter { Attempts.isDue($0.time, at: now) }.sorted { $0.time < $1.time }.prefix(batch).map(\.row)
            for row in due { rows[table.key(row)] = nil }
            return due
        }
    }

    /// Attempts rows that another instance has left. Returns true if there may be more soon.
    private func takeOver(_ attempt: ([Claim]) async throws -> Void) async throws -> Bool {
        let isStart = clock.uptime < startEnd
        for _ in 0..<Self.maximumRounds {
            let (now, overdue) = (clock.now, self.overdue)
            // Read without the turn, because usually there is nothing.
            var seen: [Row] = []
            for times in Attempts.dueTimes(at: isStart ? now + Attempts.longestPause : overdue) {
                seen += try await database.query { [self] reader in try table.find(times, batch, reader) }
            }
            guard seen.contains(where: { isDue($0, at: overdue) }) else { return !seen.isEmpty }
            let (found, claimed) = try await database.transaction { [self] tx in
                try TakeOverTable.lock(table.name, tx)
                let found = try find(upTo: self.overdue, tx)
                return (found.count, try table.claim(found, clock.now, tx))
            }
            try await self.attempt(claimed, of: found, attempt)
            // Another instance had the turn before, and has claimed these rows.
            guard !claimed.isEmpty else { return false }
        }
        return true
    }

    /// The time until which the rows of others had to be attempted.
    private var overdue: Timestamp { clock.now - Self.grace }

    private func find(upTo time: Timestamp, _ reader: Reader) throws -> [Row] {
        var found: [Row] = []
        for times in Attempts.dueTimes(at: time) where found.count < batch {
            found += try table.find(times, batch - found.count, reader)
        }
        return found
    }

    private func isDue(_ row: Row, at time: Timestamp) -> Bool {
        table.due(row).map { Attempts.isDue($0, at: time) } ?? false
    }

    private func holds(_ row: Row) -> Bool { rows.withLock { $0[table.key(row)] != nil } }
}
