import ConcertDomain
import Database
import Kernel
import Service

/// The job that blocks the seats of cancelled dates and returns their tickets. Its progress is stored with each batch,
/// so any instance continues after a crash.
struct CancelDates: Sendable {
    static let interval = Duration.seconds(1)
    /// Seats in one transaction. A concurrent sale waits at most some milliseconds for it.
    private static let batchSize = 100
    private static let mostDates = 100
    /// The pauses take this multiple of the time of the batches, so that the sale of other dates goes on. A busy program is
    /// slower, so it pauses longer.
    private static let pauseFactor = 5
    /// So 50,000 seats are blocked within a minute, also during a sale.
    private static let longestPause = Duration.milliseconds(80)
    /// The longest pause before a cancellation that an ended instance has left is continued.
    private static let longestAbsence = Duration.seconds(5)

    private let database: Database
    private let clock: any Clock
    private let polling: Polling

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
        polling = Polling(after: database, clock, from: Self.interval, upTo: Self.longestAbsence)
    }

    func run() async throws { try await polling.run(cancel) }

    /// A date that cannot be continued does not stop the others.
    private func cancel() async throws -> Bool {
        var failure: (any Error)?
        let underWay = try await database.query { try CancellationTable.underWay(limit: Self.mostDates, $0) }
        for progress in underWay {
            do { try await finish(progress.key) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return !underWay.isEmpty
    }

    private func finish(_ key: ScheduleKey) async throws {
        while true {
            let begin = clock.uptime
            let progress = try await database.transaction { tx in try Self.nextBatch(of: key, tx) }
            if progress?.finishedAt != nil { return }
            let pause = min((clock.uptime - begin) * Self.pauseFactor, Self.longestPause)
            if pause > .zero { try await clock.sleep(for: pause) }
        }
    }

    /// Cancels the next seats. After the last one it begins again, and ends after a pass without seats. Claims the batch
    /// first, so that two instances do not work on the same seats.
    static func nextBatch(of key: ScheduleKey, _ tx: Transaction) throws -> CancellationTable.Progress? {
        let schedule = try ScheduleTable.require(key.schedule, of: key.concert, tx)
        guard let old = try CancellationTable.find(key, tx), let cancellation = schedule.cancellation else {
            throw BrokenInvariant("date \(key.schedule) is not cancelled, but its cancellation is under way")
        }
        guard old.finishedAt == nil else { return old }
        let seats = try SeatTable.notCancelled(
            by: cancellation, of: schedule, after: old.after, limit: batchSize, tx)
        var batch = try CancelledBatch(seats, of: schedule, cancellation, tx)
        try batch.cancel(now: tx.now)
        var progress = old
        progress.add(batch)
        progress.after = seats.last?.label.text ?? ""
        if seats.isEmpty, old.after.isEmpty { progress.finishedAt = tx.now }
        guard progress != old else { return progress }
        try CancellationTable.save(progress, was: old, tx)
        try batch.write(tx)
        return progress
    }
}

extension CancellationTable.Progress {
    fileprivate mutating func add(_ batch: CancelledBatch) {
        seats += Int64(batch.blocked.count)
        holds += Int64(batch.holdCount)
        tickets += Int64(batch.refunds.reduce(0) { $0 + $1.seats.count })
        refunded += batch.refunds.reduce(0) { $0 + $1.amount.minorUnits }
    }
}
