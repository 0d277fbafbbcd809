import Database
import Kernel
import Programs
import RPC

/// Numbers the events of a service, deletes old ones, and serves them to followers.
package struct EventFeed: EventsHandlers {
    package static let interval = Duration.milliseconds(100)
    private static let deletionInterval = Duration.minutes(1)
    static let retention = Duration.days(7)
    /// Maximum of events in one transaction, and in one page.
    private static let batch = 500
    /// Maximum of transactions in one run. The next run continues.
    private static let maximumRounds = 100
    /// The longest pause before events that an ended instance has not numbered get their serials.
    private static let longestPause = Duration.seconds(2)
    /// The pause of a follower that has all events, before it looks if this program has written more.
    private static let pause = Duration.milliseconds(100)
    /// The longest pause between two reads of a follower, because other instances number events, too.
    private static let readingPause = Duration.milliseconds(500)

    private let database: Database
    private let clock: any Clock
    private let polling: Polling

    package init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
        polling = Polling(after: database, clock, from: Self.interval, upTo: Self.longestPause)
    }

    package var jobs: [Job] {
        [
            Job("events", every: Self.interval) { try await polling.run { try await number() } },
            Job("old events", every: Self.deletionInterval) { try await deleteOld() },
        ]
    }

    /// Gives each new event its serial. Without new events, it writes nothing. Returns true if there may be more.
    func number() async throws -> Bool {
        for _ in 0..<Self.maximumRounds {
            guard try await database.query({ try !EventTable.new(limit: 1, $0).isEmpty }) else { return false }
            let count = try await database.transaction { tx in
                var end = try EventTable.lock(tx)
                let events = try EventTable.new(limit: Self.batch, tx)
                try EventTable.move(events, after: &end, tx)
                return events.count
            }
            guard count == Self.batch else { return false }
        }
        return true
    }

    func deleteOld() async throws {
        for _ in 0..<Self.maximumRounds {
            let isDone = try await database.transaction { tx in
                var end = try EventTable.lock(tx)
                return try EventTable.delete(
                    upTo: tx.now + (.zero - Self.retention), from: &end, limit: Self.batch, tx)
            }
            if isDone { return }
        }
    }

    package func watchEvents(
        _ request: WatchEventsRequest, call: Call, items: ItemWriter<SaleEvent>
    ) async throws {
        var last = Int64(clamping: request.afterSerial)
        while true {
            // Before the read, which does not see the events of later transactions.
            let count = database.transactionCount
            let events = try await database.read(before: call.deadline) { [last] reader in
                let end = try EventTable.end(reader)
                guard last <= end.last else { throw RPCFailure(EventsReason.serialUnknown) }
                guard last == 0 || last >= end.deleted else { throw RPCFailure(EventsReason.eventsDeleted) }
                return try EventTable.all(after: last, limit: Self.batch, reader)
            }
            for event in events {
                try await items.send(event)
                last = Int64(clamping: event.serial)
            }
            guard events.count < Self.batch else { continue }
            if request.stopsAtEnd { return }
            let next = clock.uptime + Self.readingPause
            repeat {
                try await clock.sleep(for: Self.pause)
            } while database.transactionCount == count && clock.uptime < next
        }
    }
}
