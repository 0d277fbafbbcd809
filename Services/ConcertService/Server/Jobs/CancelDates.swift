import ConcertDomain
import Database
import Kernel
import Service
import Threads

/// The job that blocks the seats of cancelled dates and returns their tickets. Each batch blocks its seats, so any instance
/// continues with those that are left after a crash.
struct CancelDates: Sendable {
    static let interval = Duration.seconds(1)
    /// Seats in one transaction. A concurrent sale waits at most some milliseconds for it.
    private static let batchSize = 30
    /// The pace beside a sale: 50,000 seats are blocked in 50 s.
    private static let batchInterval = Duration.milliseconds(30)
    private static let mostDates = 100
    /// The longest pause before a cancellation that an ended instance has left is continued.
    private static let longestAbsence = Duration.seconds(5)

    private let database: Database
    private let pacing: Pacing
    private let polling: Polling

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        pacing = Pacing(every: Self.batchInterval, on: database, environment.clock)
        polling = Polling(after: database, environment.clock, from: Self.interval, upTo: Self.longestAbsence)
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

    /// Cancels the seats that are left, until no seat is left.
    private func finish(_ key: ScheduleKey) async throws {
        while let seats = try await database.scan({ try Self.seatsLeft(of: key, $0) }) {
            for start in stride(from: 0, to: seats.count, by: Self.batchSize) {
                try await pacing.run { try await cancel(seats[start...].prefix(Self.batchSize), of: key) }
            }
            // No other transaction changes a seat of a cancelled date, so none can be left after that scan.
            if seats.isEmpty { try await database.transaction { tx in try CancellationTable.finish(key, tx) } }
        }
    }

    /// The seats that are not cancelled, in the order of their users: then Wallet writes neighboring rows in each batch of
    /// refunds. Nil if the cancellation has finished.
    private static func seatsLeft(of key: ScheduleKey, _ reader: Reader) throws -> [SeatLabel]? {
        let date = try CancelledDate(key, reader)
        guard date.progress.finishedAt == nil else { return nil }
        return try SeatTable.notCancelled(by: date.cancellation, of: date.schedule, reader)
    }

    /// Cancels seats in one transaction. They are read before, so that sales wait less for the only writer of SQLite.
    private func cancel(_ seats: ArraySlice<SeatLabel>, of key: ScheduleKey) async throws {
        let read = try await database.read { try CancelledBatch(seats, of: key, $0) }
        guard read.hasSeatsLeft else { return }
        let first = Lock<CancelledBatch?>(read)
        try await database.transaction(joiningOthers: true) { tx in
            // After a conflict, the transaction reads the rows again.
            var batch = try first.withLock { $0.take() } ?? CancelledBatch(seats, of: key, tx)
            try batch.cancel(now: tx.now)
            try batch.write(tx)
        }
    }
}
