import ConcertDomain
import Kernel
import Threads

/// Seats that were found taken since the oldest map that anybody may still have was read: what such a map does not show.
/// Older ones are on the map, if they are taken still.
final class TakenLately: Sendable {
    /// When each seat of a layout was last found taken, by its index. Time is counted in ages of a map, and 0 is never.
    struct Marks: Sendable {
        fileprivate let layout: Layout
        fileprivate var ages: [UInt32]
        fileprivate var now: UInt32

        func has(_ index: Int) -> Bool { ages[index] + 1 >= now }
    }

    private let clock: any Clock
    /// Of dates that somebody chooses seats of; the others have no use for it.
    private let dates = Lock<[ScheduleID: Marks]>([:])

    init(_ clock: any Clock) {
        self.clock = clock
    }

    func marks(of schedule: ScheduleID, in layout: Layout) -> Marks {
        let now = age
        return dates.withLock { dates in
            if dates[schedule]?.layout !== layout {
                if dates.count >= SeatMaps.capacity { dates = [:] }
                dates[schedule] = Marks(layout: layout, ages: Array(repeating: 0, count: layout.labels.count), now: now)
            }
            dates[schedule]?.now = now
            return dates[schedule]!
        }
    }

    func note(_ seats: [SeatLabel], of schedule: ScheduleID) {
        let now = age
        dates.withLock { dates in
            guard let layout = dates[schedule]?.layout else { return }
            for index in seats.compactMap(layout.index) { dates[schedule]?.ages[index] = now }
        }
    }

    private var age: UInt32 {
        UInt32(truncatingIfNeeded: clock.uptime.nanoseconds / UInt64(SeatMaps.age / .nanoseconds(1)) + 2)
    }
}
