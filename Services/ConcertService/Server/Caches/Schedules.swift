import Database
import Kernel

/// Dates, at most 250 ms old, so that reservations do not read them again.
typealias Schedules = AgedCache<ScheduleKey, Schedule>

extension Schedules {
    convenience init(_ database: Database, _ clock: any Clock) {
        self.init(age: .milliseconds(250), capacity: 1024, clock: clock) { key, _ in
            try await database.read { try ScheduleTable.require(key.schedule, of: key.concert, $0) }
        }
    }
}

/// One date of one concert.
struct ScheduleKey: Hashable, Sendable {
    let concert: ConcertID
    let schedule: ScheduleID
}
