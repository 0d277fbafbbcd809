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
                for line in try SeatTallyQuery.lines(of: concert, reader) {
                    tallies[line.schedule, default: SeatTally()].add(line.tally)
                }
                return tallies
            }
        }
    }
}

/// Counts seats by date, grade and state in a scan. Holds past their deadline count as free.
enum SeatTallyQuery {
    static func lines(
        of concert: ConcertID, _ reader: Reader
    ) throws -> [(schedule: ScheduleID, grade: String, tally: SeatTally)] {
        try reader.rows(
            """
            select schedule_id, grade, case when state = 1 and until <= $2 then 0 else state end, count(*)
            from seat where concert_id = $1
            group by schedule_id, grade, case when state = 1 and until <= $2 then 0 else state end
            """, concert, reader.now
        ) { row in
            let count = try row.int(3)
            let tally =
                switch try row.int(2) {
                case 0: SeatTally(free: count)
                case 1: SeatTally(held: count)
                case 2: SeatTally(sold: count)
                default: SeatTally(blocked: count)
                }
            return (try row.id(0), try row.text(1), tally)
        }
    }
}
