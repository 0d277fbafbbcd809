import ConcertDomain
import Kernel
import Threads

/// Seats that were found taken since the oldest map that anybody may still have was read: what such a map does not show.
/// Older ones are on the map, if they are taken still.
final class TakenLately: Sendable {
    private static let capacity = 65_536

    private struct State {
        /// Noted since `turnedAt`, and in the time of a map's age before it.
        var newer: [ScheduleID: Set<SeatLabel>] = [:]
        var older: [ScheduleID: Set<SeatLabel>] = [:]
        var newerCount = 0
        var turnedAt: Uptime

        mutating func turn(at now: Uptime) {
            let age = now - turnedAt
            guard age >= SeatMaps.age else { return }
            older = age >= SeatMaps.age * 2 ? [:] : newer
            newer = [:]
            newerCount = 0
            turnedAt = now
        }
    }

    private let clock: any Clock
    private let state: Lock<State>

    init(_ clock: any Clock) {
        self.clock = clock
        state = Lock(State(turnedAt: clock.uptime))
    }

    func seats(of schedule: ScheduleID) -> Set<SeatLabel> {
        let now = clock.uptime
        return state.withLock { state in
            state.turn(at: now)
            return state.newer[schedule, default: []].union(state.older[schedule, default: []])
        }
    }

    func note(_ seats: [SeatLabel], of schedule: ScheduleID) {
        let now = clock.uptime
        state.withLock { state in
            state.turn(at: now)
            guard state.newerCount + seats.count <= Self.capacity else { return }
            state.newer[schedule, default: []].formUnion(seats)
            state.newerCount += seats.count
        }
    }
}
