import ConcertDomain
import Threads

/// Seats that were taken a moment ago. A hint and no more: whoever asks for one of them is worth a look before a
/// transaction, which most of them would only begin to be refused.
final class SeatHints: Sendable {
    private static let capacity = 65_536

    private struct Key: Hashable {
        let schedule: ScheduleID
        let seat: SeatLabel
    }

    private let keys = Lock<Set<Key>>([])

    func mayHave(_ seats: [SeatLabel], of schedule: ScheduleID) -> Bool {
        keys.withLock { keys in seats.contains { keys.contains(Key(schedule: schedule, seat: $0)) } }
    }

    func note(_ seats: [SeatLabel], of schedule: ScheduleID) {
        keys.withLock { keys in
            if keys.count + seats.count > Self.capacity { keys.removeAll(keepingCapacity: true) }
            for seat in seats { keys.insert(Key(schedule: schedule, seat: seat)) }
        }
    }

    func forget(_ seats: [SeatLabel], of schedule: ScheduleID) {
        keys.withLock { keys in
            for seat in seats { keys.remove(Key(schedule: schedule, seat: seat)) }
        }
    }
}
