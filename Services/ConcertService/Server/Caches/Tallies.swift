import ConcertDomain
import Database
import Kernel

/// The number of seats in each state by date of a concert, at most 1 s old.
typealias Tallies = AgedCache<ConcertID, [ScheduleID: SeatTally]>

extension Tallies {
    convenience init(_ database: Database, _ clock: any Clock) {
        self.init(age: .seconds(1), capacity: 256, clock: clock) { concert, _ in
            try await database.scan { reader in
                try SeatTable.tallies(of: concert, reader).reduce(into: [:]) {
                    $0[$1.schedule, default: SeatTally()].add($1.tally)
                }
            }
        }
    }
}
