import Kernel

/// Figures of the rooms in use, for operators who watch a sale. They come from the counters of the rooms, not from places.
package struct RoomFigures: Equatable, Sendable {
    /// Without an admission for so long, a line with waiting users stalls.
    package static let stallTime = Duration.minutes(5)

    /// Maximum of rooms with figures of their own, because metrics keep each name that they ever had.
    package static let maximumRooms = 50

    /// The figures of one room that is not closed, so its name is unique.
    package struct OfRoom: Equatable, Sendable {
        package let name: String
        package let places: LivePlaces
        package let noShows: Int64
    }

    package private(set) var waiting: Int64 = 0
    /// Users who may come in, and have not yet.
    package private(set) var admitted: Int64 = 0
    /// Users with a slot: admitted or active.
    package private(set) var inside: Int64 = 0
    package private(set) var joined: Int64 = 0
    package private(set) var noShows: Int64 = 0
    package private(set) var admittedPerSecondThousandths: Int64 = 0
    /// Rooms with as many waiting users as may wait.
    package private(set) var fullRooms: Int64 = 0
    /// Open rooms with waiting users and no admission for `stallTime`.
    package private(set) var stalledRooms: Int64 = 0
    /// The rooms with the most users.
    package private(set) var rooms: [OfRoom] = []

    package init() {}

    /// `claims` has the number of places of each room that ever became active.
    package init(of rooms: [Room], claims: [RoomID: Int64], at now: Timestamp) {
        var figures: [OfRoom] = []
        for room in rooms {
            let places = room.livePlaces(claims: claims[room.id] ?? 0)
            if room.decided != .closed {
                figures.append(OfRoom(name: room.name, places: places, noShows: room.noShows))
            }
            waiting += places.waiting
            admitted += places.admitted
            inside += room.occupied
            joined += room.lastSerial
            noShows += room.noShows
            admittedPerSecondThousandths += room.pace.thousandthsPerSecond(at: now)
            if room.waiting > 0, room.waitingCapacity == 0 { fullRooms += 1 }
            if room.isStalled(at: now) { stalledRooms += 1 }
        }
        figures.sort { ($0.places.count, $1.name) > ($1.places.count, $0.name) }
        self.rooms = Array(figures.prefix(Self.maximumRooms))
    }
}

extension Room {
    /// An admission begins a window of the pace at most `AdmissionPace.window` before it.
    fileprivate func isStalled(at now: Timestamp) -> Bool {
        let isOpen = [.open, .draining].contains(phase(at: now))
        return isOpen && waiting > 0 && now - pace.from >= RoomFigures.stallTime + AdmissionPace.window
    }
}
