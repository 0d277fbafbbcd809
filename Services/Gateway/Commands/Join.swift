import ConcertAPI
import Kernel
import QueueAPI
import RPC

enum Join {
    static let wait = Flag("--wait", .isGiven, "wait for your turn, also without a terminal")
    private static let noWait = Flag("--no-wait", .isGiven, "return at once, also in a terminal")

    static let command = Command(
        "join", "Joins the line for a concert, waits for your turn, and enters.",
        details: """
            Joining again returns the same place, on any machine. In a terminal a bar shows how many users are ahead,
            and Ctrl-C asks whether to leave the line or to keep the place. Without a terminal the command returns at
            once, unless --wait is given.
            """,
        calls: [.queue, .concert], caller: .user, operands: [Invocation.optionalTarget],
        flags: [wait, noWait, CommonFlags.requestID, CommonFlags.zone],
        examples: [
            "gateway join moon-tour", "gateway join moon-tour/friday", "gateway join room:summer-sale",
            "gateway join moon-tour --wait --json",
        ],
        run: join)

    private static func join(_ run: Invocation) async throws(GatewayError) {
        // Fails before the first question.
        _ = try run.credential()
        guard let line = try await run.lineToJoin(try run.arguments.value(Invocation.optionalTarget)) else {
            return run.show(.object(["state": .string("noLine")]), "There is no waiting line. Next: gateway seats")
        }
        let waits = run.arguments.isGiven(wait) || (run.console.isTerminal && !run.isJSON)
        let (place, recorded) = try await run.join(line)
        if !waits || run.arguments.isGiven(noWait) {
            return run.showPlace(place, recorded)
        }
        run.showPlace(try await run.waitAndEnter(place, recorded), recorded)
    }
}

/// A waiting room, and the date or concert that the user joins it for.
struct WaitingLine: Sendable {
    let room: [UInt8]
    let target: String
}

extension Invocation {
    /// The waiting line of a target. Without a target it asks for a concert. Nil if no waiting room guards the target.
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
            concert = try await chooseConcert()
        }
        if target?.date == nil, !concert.browseRoomID.isEmpty {
            return WaitingLine(room: concert.browseRoomID, target: concert.name)
        }
        if target?.date == nil {
            // If all dates have the same room, or none, the date does not matter here.
            let rooms = Set(try await dates(of: concert).map { $0.settings?.roomID ?? [] })
            if rooms.count == 1, let room = rooms.first {
                return room.isEmpty ? nil : WaitingLine(room: room, target: concert.name)
            }
        }
        let date: ConcertDate
        if target?.date == nil, canAsk {
            date = try await chooseDate(of: concert)
        } else {
            date = try await self.date(target ?? Target(concert: concert.name, date: nil))
        }
        return date.room.isEmpty ? nil : WaitingLine(room: date.room, target: date.name)
    }

    /// Takes a place in the line, and records it.
    func join(_ line: WaitingLine) async throws(GatewayError) -> (PlaceView, RecentActivity.Place) {
        let id = try newRequestID()
        let reply = try await call(QueueMethods.join, JoinRequest(roomID: line.room), requestID: id)
        guard let place = reply.place, let room = RoomID(bytes: place.roomID),
            let placeID = PlaceID(bytes: place.placeID)
        else { throw GatewayError(.indefinite, "the queue service sent no place. Repeat the command") }
        let recorded = RecentActivity.Place(room: room, place: placeID, target: line.target)
        try updateActivity { $0.add(recorded) }
        return (place, recorded)
    }

    /// Waits for the user's turn, and activates the place.
    func waitAndEnter(_ place: PlaceView, _ recorded: RecentActivity.Place) async throws(GatewayError) -> PlaceView {
        let place = try await PlaceWatcher(self, for: recorded, from: place).waitForTurn()
        guard place.state == .admitted || place.state == .active else {
            try updateActivity { $0.removePlace(in: recorded.room) }
            throw .refused(PlaceReport(place: place, target: recorded.target).text(localTime))
        }
        return try await renew(recorded).place ?? place
    }

    func showPlace(_ place: PlaceView, _ recorded: RecentActivity.Place) {
        let report = PlaceReport(place: place, target: recorded.target)
        show(report.json, report.text(localTime))
    }

    func leave(_ place: RecentActivity.Place) async throws(GatewayError) {
        _ = try await call(QueueMethods.leave, LeaveRequest(roomID: place.room.bytes, placeID: place.place.bytes))
        try updateActivity { $0.removePlace(in: place.room) }
    }
}
