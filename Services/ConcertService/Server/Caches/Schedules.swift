import ConcertDomain
import Database
import Kernel

/// Dates, at most 250 ms old, so that reservations do not read them again.
struct Schedules: Sendable {
    static let age = Duration.milliseconds(250)
    private static let capacity = 1024

    private let cache: AgedCache<ScheduleKey, Schedule>
    private let database: Database

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        cache = AgedCache(age: Self.age, capacity: Self.capacity, clock: clock)
    }

    func current(_ key: ScheduleKey) async throws -> Schedule {
        try await cache.value(for: key) { [database] _ in
            try await database.read { try ScheduleTable.require(key.schedule, of: key.concert, $0) }
        }
    }

    func invalidate(_ key: ScheduleKey) {
        cache.invalidate(key)
    }
}

/// One date of one concert.
struct ScheduleKey: Hashable, Sendable {
    let concert: ConcertID
    let schedule: ScheduleID
}
