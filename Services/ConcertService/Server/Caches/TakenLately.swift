import ConcertDomain
import Kernel
import Threads

/// Seats taken too recently to appear in the oldest cached map still in use.
final class TakenLately: Sendable {
    /// For each seat of a layout, the time at which it was last found taken. The unit is the maximum age of a map.
    /// 0 means never.
    struct Marks: Sendable {
        fileprivate let layout: Layout
        fileprivate var ages: [UInt32]
        fileprivate var now: UInt32

        func contains(_ index: Int) -> Bool { ages[index] + 1 >= now }
    }

    private let clock: any Clock
    /// Contains only dates on which the service has chosen seats.
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

    func add(_ seats: [SeatLabel], of schedule: ScheduleID) {
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
