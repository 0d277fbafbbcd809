import ConcertDomain
import Database
import Kernel

/// The number of seats in each state by date of a concert, at most 1 s old.
struct Tallies: Sendable {
    static let age = Duration.seconds(1)
    private static let capacity = 256

    private let cache: AgedCache<ConcertID, [ScheduleID: SeatTally]>
    private let database: Database

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        cache = AgedCache(age: Self.age, capacity: Self.capacity, clock: clock)
    }

    func current(of concert: ConcertID) async throws -> [ScheduleID: SeatTally] {
        try await cache.value(for: concert) { [database] _ in
            try await database.scan { reader in
                var tallies: [ScheduleID: SeatTally] = [:]
                for line in try SeatTable.tallies(of: concert, reader) {
                    tallies[line.schedule, default: SeatTally()].add(line.tally)
                }
                return tallies
            }
        }
    }
}
