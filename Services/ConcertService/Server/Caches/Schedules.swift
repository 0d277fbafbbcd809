import ConcertDomain
import Database
import Kernel

/// What dates are like, at most 250 ms ago: for those who reserve, so that none of them has to read it again.
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
            try await database.read { try ScheduleTable.known(key.schedule, of: key.concert, $0) }
        }
    }

    func forget(_ key: ScheduleKey) {
        cache.forget(key)
    }
}

/// One date of one concert.
struct ScheduleKey: Hashable, Sendable {
    let concert: ConcertID
    let schedule: ScheduleID
}
