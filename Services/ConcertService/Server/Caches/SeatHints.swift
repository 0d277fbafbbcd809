import ConcertDomain
import Kernel
import Threads

/// Seats that were taken recently. A request for one of them reads before it begins a transaction, because it is
/// probably refused. A hint alone never refuses a request.
final class SeatHints: Sendable {
    private static let capacity = 65_536

    private struct Key: Hashable {
        let schedule: ScheduleID
        let seat: SeatLabel
    }

    private let keys = Lock<Set<Key>>([])

    func mayContain(_ seats: [SeatLabel], of schedule: ScheduleID) -> Bool {
        keys.withLock { keys in seats.contains { keys.contains(Key(schedule: schedule, seat: $0)) } }
    }

    func add(_ seats: [SeatLabel], of schedule: ScheduleID) {
        keys.withLock { keys in
            if keys.count + seats.count > Self.capacity { keys.removeAll(keepingCapacity: true) }
            for seat in seats { keys.insert(Key(schedule: schedule, seat: seat)) }
        }
    }

    func remove(_ seats: [SeatLabel], of schedule: ScheduleID) {
        keys.withLock { keys in
            for seat in seats { keys.remove(Key(schedule: schedule, seat: seat)) }
        }
    }
}
