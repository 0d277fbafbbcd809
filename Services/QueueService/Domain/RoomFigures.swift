import Kernel

/// Figures of the rooms in use, for operators who watch a sale. They come from the counters of the rooms, not from places.
package struct RoomFigures: Equatable, Sendable {
    /// Without an admission for so long, a line with waiting users stalls.
    package static let stallTime = Duration.minutes(5)

    package private(set) var waiting: Int64 = 0
    /// Users with a slot: admitted or active.
    package private(set) var inside: Int64 = 0
    package private(set) var joined: Int64 = 0
    package private(set) var noShows: Int64 = 0
    package private(set) var admittedPerSecondThousandths: Int64 = 0
    /// Rooms with as many waiting users as may wait.
    package private(set) var fullRooms: Int64 = 0
    /// Open rooms with waiting users and no admission for `stallTime`.
    package private(set) var stalledRooms: Int64 = 0

    package init() {}

    package init(of rooms: [Room], at now: Timestamp) {
        for room in rooms {
            waiting += room.waiting
            inside += room.occupied
            joined += room.lastSerial
            noShows += room.noShows
            admittedPerSecondThousandths += room.pace.thousandthsPerSecond(at: now)
            if room.waiting > 0, room.waitingCapacity == 0 { fullRooms += 1 }
            if room.isStalled(at: now) { stalledRooms += 1 }
        }
    }
}

extension Room {
    /// An admission begins a window of the pace at most `AdmissionPace.window` before it.
    fileprivate func isStalled(at now: Timestamp) -> Bool {
        let isOpen = [.open, .draining].contains(phase(at: now))
        return isOpen && waiting > 0 && now - pace.from >= RoomFigures.stallTime + AdmissionPace.window
    }
}
