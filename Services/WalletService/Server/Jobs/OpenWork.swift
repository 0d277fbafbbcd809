import Kernel
import Service
import Telemetry
import Threads
import WalletDomain

/// Payments or passes that must come to their end, and the attempts that are due.
///
/// The instance that begins a row keeps it here until its end, so its attempts need no query. An instance reads the rows of
/// others in two cases: all that are due when it starts, and later those that no instance has tried for `grace` after they
/// were due. So a due row is usually claimed once, also if many instances run.
final class OpenWork<Row: Sendable>: Sendable {
    /// Maximum of rows. A further one is found by a query when it is overdue.
    private static var maximumRows: Int { 16_384 }
    /// The time that an instance has for the attempts of its rows before another one takes them.
    private static var grace: Duration { .seconds(1) }
    /// The same for rows that are read at the start.
    private static var handicap: Duration { .milliseconds(300) }
    private static var firstPause: Duration { .milliseconds(250) }
    private static var longestPause: Duration { .seconds(5) }
    /// Maximum of rows that are read at the start.
    private static var mostAtStart: Int { 1000 }
    /// Maximum of batches in one run. The next run continues.
    private static var maximumRounds: Int { 100 }

    /// Reads rows that are due in these times, the earliest first.
    typealias Find = @Sendable (_ times: ClosedRange<Timestamp>, _ limit: Int) async throws -> [Row]

    private let clock: any Clock
    private let batch: Int
    private let key: @Sendable (Row) -> PaymentID
    private let due: @Sendable (Row) -> Timestamp?
    private let find: Find
    private let others: Polling
    private let rows = Lock<[PaymentID: (row: Row, due: Timestamp)]>([:])
    private let random: Lock<SeededGenerator>
    private let claims: Counter
    private let lost: Counter

    /// `name` is that of a row in metrics. `batch` is the maximum of rows in one claim.
    init(
        _ name: String, _ environment: ServiceEnvironment, batch: Int, key: @escaping @Sendable (Row) -> PaymentID,
        due: @escaping @Sendable (Row) -> Timestamp?, find: @escaping Find
    ) {
        clock = environment.clock
        self.batch = batch
        self.key = key
        self.due = due
        self.find = find
        random = Lock(SeededGenerator(seed: clock.uptime.nanoseconds))
        others = Polling(after: nil, clock, from: Self.firstPause, upTo: Self.longestPause)
        claims = environment.metrics.counter(
            "wallet_\(name)_claims_total", "Attempts that this instance has claimed. Each is made by one instance.")
        lost = environment.metrics.counter(
            "wallet_\(name)_claims_lost_total", "Claims that came too late, because another instance was faster.")
    }

    /// Keeps a row until its end, and makes its next attempt when it is due.
    func put(_ row: Row) {
        guard let due = due(row) else { return }
        put(row, dueAt: due)
    }

    private func put(_ row: Row, dueAt time: Timestamp) {
        rows.withLock { rows in
            guard rows.count < Self.maximumRows || rows[key(row)] != nil else { return }
            rows[key(row)] = (row, time)
        }
    }

    func remove(_ id: PaymentID) {
        rows.withLock { _ = $0.removeValue(forKey: id) }
    }

    /// Makes the attempts that are due. `attempt` claims a batch of rows, and returns how many it got.
    func run(_ attempt: ([Row]) async throws -> Int) async throws {
        for _ in 0..<Self.maximumRounds {
            let due = takeDue()
            guard !due.isEmpty else { break }
            do { try await self.attempt(due, attempt) } catch {
                for row in due where !holds(row) { put(row) }
                throw error
            }
            guard due.count == batch else { break }
        }
        try await others.run { try await takeOver(attempt) }
    }

    @discardableResult
    private func attempt(_ due: [Row], _ attempt: ([Row]) async throws -> Int) async throws -> Int {
        let count = try await attempt(due)
        claims.increment(by: UInt64(count))
        lost.increment(by: UInt64(due.count - count))
        return count
    }

    private func takeDue() -> [Row] {
        let now = clock.now
        return rows.withLock { rows in
            let due = rows.values.filter { Attempts.isDue($0.due, at: now) }.sorted { $0.due < $1.due }.prefix(batch)
            for (row, _) in due { rows[key(row)] = nil }
            return due.map(\.row)
        }
    }

    /// Attempts rows that another instance has left: at the start all that are due, later the overdue ones. Returns true if
    /// there may be more.
    private func takeOver(_ attempt: ([Row]) async throws -> Int) async throws -> Bool {
        let isStart = others.isNew
        if isStart { try await keepUpcoming() }
        for _ in 0..<Self.maximumRounds {
            var found: [Row] = []
            for times in Attempts.dueTimes(at: isStart ? clock.now : clock.now - Self.grace) where found.count < batch {
                found += try await find(times, batch - found.count)
            }
            guard !found.isEmpty else { return false }
            let some = share(of: found)
            // If another instance was faster, it takes these rows, too: this one pauses.
            guard try await self.attempt(some, attempt) == some.count else { return false }
        }
        return true
    }

    /// Keeps rows that become due soon after the start.
    private func keepUpcoming() async throws {
        let now = clock.now
        for row in try await find(now + .milliseconds(1)...now + Attempts.longestPause, Self.mostAtStart) {
            if let due = due(row), !holds(row) { put(row, dueAt: due + Self.handicap) }
        }
    }

    /// A random part of the rows, because other instances may have read the same ones.
    private func share(of found: [Row]) -> [Row] {
        let count = min(found.count, max(1, batch / 4))
        let first = random.withLock { Int.random(in: 0...found.count - count, using: &$0) }
        return Array(found[first..<first + count])
    }

    private func holds(_ row: Row) -> Bool { rows.withLock { $0[key(row)] != nil } }
}
