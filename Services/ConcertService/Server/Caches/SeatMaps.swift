import ConcertDomain
import Database
import Kernel

/// Seat maps of dates, at most 250 ms old. If the layout has not changed, a load reads only the seats that are not
/// free.
typealias SeatMaps = AgedCache<ScheduleKey, SeatMap>

extension SeatMaps {
    static var age: Duration { .milliseconds(250) }
    static var capacity: Int { 256 }

    convenience init(_ database: Database, _ clock: any Clock) {
        self.init(age: Self.age, capacity: Self.capacity, clock: clock) { key, previous in
            try await database.scan { reader in
                let schedule = try ScheduleTable.require(key.schedule, of: key.concert, reader)
                let taken = try SeatTable.taken(of: schedule, reader)
                if let layout = previous?.layout, layout.version == schedule.layoutVersion,
                    let map = SeatMap(layout, taken: taken, asOf: reader.now)
                {
                    return map
                }
                let layout = Layout(version: schedule.layoutVersion, try SeatTable.all(of: schedule, reader))
                guard let map = SeatMap(layout, taken: taken, asOf: reader.now) else {
                    throw DatabaseError(.damaged, "a taken seat is missing in the layout")
                }
                return map
            }
        }
    }
}
