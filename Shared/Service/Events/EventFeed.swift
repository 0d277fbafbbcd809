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
    /// The pause between two reads of a follower that has all events.
    private static let pollPause = Duration.milliseconds(100)

    private let database: Database
    private let clock: any Clock

    package init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
    }

    package var jobs: [Job] {
        [
            Job("events", every: Self.interval) { try await number() },
            Job("old events", every: Self.deletionInterval) { try await deleteOld() },
        ]
    }

    /// Gives each new event its serial. Without new events, it writes nothing.
    func number() async throws {
        for _ in 0..<Self.maximumRounds {
            guard try await database.read({ try !EventTable.new(limit: 1, $0).isEmpty }) else { return }
            let count = try await database.transaction { tx in
                var end = try EventTable.lock(tx)
                let events = try EventTable.new(limit: Self.batch, tx)
                try EventTable.move(events, after: &end, tx)
                return events.count
            }
            guard count == Self.batch else { return }
        }
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
            try await clock.sleep(for: Self.pollPause)
        }
    }
}
