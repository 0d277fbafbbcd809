import ConcertAPI
import Kernel
import QueueAPI
import RPC

enum Join {
    static let wait = Flag("--wait", .isGiven, "wait for the turn also where nobody watches")
    private static let noWait = Flag("--no-wait", .isGiven, "take the place and return at once")

    static let command = Command(
        "join", "Takes a place in the line for a concert, waits for the turn, and goes in.",
        details: """
            Who has a place gets the same one again, on any machine. In a terminal a bar shows how many are ahead; Ctrl-C
            asks whether to leave the line or to keep the place. Elsewhere it returns at once, unless --wait is given.
            """,
        calls: [.queue, .concert], caller: .user, operands: [Invocation.optionalTarget],
        flags: [wait, noWait, CommonFlags.requestID, CommonFlags.zone],
        examples: [
            "gateway join moon-tour", "gateway join moon-tour/friday", "gateway join room:summer-sale",
            "gateway join moon-tour --wait --json",
        ],
        run: join)

    private static func join(_ run: Invocation) async throws(GatewayError) {
        // Before anything is asked.
        _ = try run.credential()
        guard let line = try await run.lineToJoin(try run.arguments.value(Invocation.optionalTarget)) else {
            return run.show(.object(["state": .string("noLine")]), "There is no line here. Now: gateway seats")
        }
        let waits = run.arguments.isGiven(wait) || (run.console.isTerminal && !run.isJSON)
        let (place, remembered) = try await run.join(line)
        if !waits || run.arguments.isGiven(noWait) {
            return run.showPlace(place, remembered)
        }
        run.showPlace(try await run.comeIn(place, remembered), remembered)
    }
}

/// Where people stand in line, and for what.
struct WaitingLine: Sendable {
    let room: [UInt8]
    let target: String
}

extension Invocation {
    /// Nil where what is meant takes no standing in line.
    func lineToJoin(_ target: Target?) async throws(GatewayError) -> WaitingLine? {
        if let name = target?.room {
            let room = try await call(QueueMethods.findRoom, FindRoomRequest(name: name)).room
            return WaitingLine(room: room?.roomID ?? [], target: "room:\(name)")
        }
        guard target != nil || canAsk else { throw .usage("CONCERT/DATE is missing. Usage: \(command.usage)") }
        let concert: ConcertEntry
        if let target {
            concert = try await self.concert(named: target.concert)
        } else {
            concert = try await askedConcert()
        }
        if target?.date == nil, !concert.browseRoomID.isEmpty {
            return WaitingLine(room: concert.browseRoomID, target: concert.name)
        }
        if target?.date == nil {
            // Dates with one common room, or none, need not be told apart here.
            let rooms = Set(try await dates(of: concert).map { $0.settings?.roomID ?? [] })
            if rooms.count == 1, let room = rooms.first {
                return room.isEmpty ? nil : WaitingLine(room: room, target: concert.name)
            }
        }
        let date: FoundDate
        if target?.date == nil, canAsk {
            date = try await askedDate(of: concert)
        } else {
            date = try await self.date(target ?? Target(concert: concert.name, date: nil))
        }
        return date.room.isEmpty ? nil : WaitingLine(room: date.room, target: date.name)
    }

    func join(_ line: WaitingLine) async throws(GatewayError) -> (PlaceView, Memory.Place) {
        let id = try newRequestID()
        let reply = try await call(QueueMethods.join, JoinRequest(roomID: line.room), requestID: id)
        guard let place = reply.place, let room = RoomID(bytes: place.roomID),
            let placeID = PlaceID(bytes: place.placeID)
        else { throw GatewayError(.indefinite, "the queue service gave no place; join again to see") }
        let remembered = Memory.Place(room: room, place: placeID, target: line.target)
        try remember { $0.remember(remembered) }
        return (place, remembered)
    }

    /// Waits for the turn, and takes it.
    func comeIn(_ place: PlaceView, _ remembered: Memory.Place) async throws(GatewayError) -> PlaceView {
        let place = try await Waiting(self, for: remembered, from: place).untilTurn()
        guard place.state == .admitted || place.state == .active else {
            try remember { $0.forgetPlace(in: remembered.room) }
            throw .refused(PlaceReport(place: place, target: remembered.target).text(shown))
        }
        return try await enter(remembered).place ?? place
    }

    func showPlace(_ place: PlaceView, _ remembered: Memory.Place) {
        let report = PlaceReport(place: place, target: remembered.target)
        show(report.json, report.text(shown))
    }

    func leave(_ place: Memory.Place) async throws(GatewayError) {
        _ = try await call(QueueMethods.leave, LeaveRequest(roomID: place.room.bytes, placeID: place.place.bytes))
        try remember { $0.forgetPlace(in: place.room) }
    }
}
