import ConcertAPI
import Identity
import Kernel
import QueueAPI

/// Joins waiting rooms, waits for the caller's turn, and gets passes.
package struct WaitingLine: Sendable {
    /// A waiting room, and the text of the target that the user joins it for.
    package struct Entrance: Sendable {
        package let room: RoomID
        package let target: String

        package init(room: RoomID, target: String) {
            self.room = room
            self.target = target
        }
    }

    private static let placeHasEnded: [QueueReason] = [
        .placeUnknown, .placeFinished, .placeLeft, .placeLapsed, .placeRevoked, .roomUnknown,
    ]

    private static let retryPause = Duration.seconds(1)

    private let caller: ServiceCaller
    /// The code to join with. Empty: none.
    private let code: String

    package init(_ caller: ServiceCaller, code: String = "") {
        self.caller = caller
        self.code = code
    }

    /// The entrance to a target. Nil if no waiting room guards it.
    ///
    /// If the dates of a concert have different rooms, `chooseDate` names one.
    package func entrance(
        to target: Target, chooseDate: ((Concert) async throws -> ConcertDate)? = nil
    ) async throws -> Entrance? {
        if let name = target.room {
            return Entrance(room: try await Rooms(caller).room(named: name).roomID, target: "room:\(name)")
        }
        let catalogue = Catalogue(caller)
        guard target.date == nil else { return try await entrance(to: try await catalogue.date(target)) }
        let concert = try await catalogue.concert(named: target.concert)
        if let entrance = browsing(concert) { return entrance }
        // If all dates have the same rooms, or none, the date does not matter here.
        let dates = try await catalogue.dates(of: concert)
        if let date = dates.first, dates.allSatisfy({ $0.rooms == date.rooms }) {
            return try await room(of: date).map { Entrance(room: $0, target: concert.name) }
        }
        if let chooseDate { return try await entrance(to: try await chooseDate(concert)) }
        return try await entrance(to: try await catalogue.date(target))
    }

    /// The entrance to the list of a concert's dates. Nil if the list needs no pass.
    package func browsing(_ concert: Concert) -> Entrance? {
        concert.browseRoomID.map { Entrance(room: $0, target: concert.name) }
    }

    package func entrance(to date: ConcertDate) async throws -> Entrance? {
        try await room(of: date).map { Entrance(room: $0, target: date.name) }
    }

    /// The room of the date, or that of a presale for which the user has a code or a live place.
    private func room(of date: ConcertDate) async throws -> RoomID? {
        if let room = roomOfCode(among: date.rooms) { return room }
        guard let joined = try caller.records.load().places.last(where: { date.rooms.contains($0.room) }),
            joined.room != date.room
        else { return date.room }
        let isLive: Bool
        do {
            isLive = [.waiting, .admitted, .active].contains(try await show(joined).state)
        } catch let failure as CallFailure where Self.placeHasEnded.contains(where: { failure.isBecause($0) }) {
            isLive = false
        }
        return isLive ? joined.room : date.room
    }

    /// The room for which the user has a code. Nil if it is none of these.
    package func roomOfCode(among rooms: [RoomID]) -> RoomID? {
        JoinCode.room(in: code).flatMap { rooms.contains($0) ? $0 : nil }
    }

    /// A place that a purchase is about to end is not returned: the user gets a new one.
    package func join(_ entrance: Entrance) async throws -> (place: Place, recorded: RecentActivity.Place) {
        let (place, recorded) = try await takePlace(entrance)
        guard place.state == .active else { return (place, recorded) }
        do {
            return (try await renew(recorded).place, recorded)
        } catch JourneyError.placeEnded(let failure, _, _) where failure.isBecause(QueueReason.placeFinished) {
            return try await takePlace(entrance)
        }
    }

    private func takePlace(_ entrance: Entrance) async throws -> (place: Place, recorded: RecentActivity.Place) {
        let request = JoinRequest(roomID: entrance.room, code: code)
        let place = try await caller.call(QueueMethods.join, request, requestID: caller.newRequestID()).place
        let recorded = RecentActivity.Place(room: place.roomID, place: place.placeID, target: entrance.target)
        try caller.records.update { $0.add(recorded) }
        return (place, recorded)
    }

    /// Runs `body`, and renews the recorded place in one of the rooms meanwhile. A user who answers a question is not idle.
    package func keepingPlace<Value>(in rooms: [RoomID], _ body: () async throws -> Value) async throws -> Value {
        guard let place = try caller.records.load().places.last(where: { rooms.contains($0.room) }) else {
            return try await body()
        }
        let keeping = Task {
            while !Task.isCancelled {
                var pause = Self.retryPause
                do {
                    pause = max(pause, try await renew(place).renewAfter)
                } catch let failure as CallFailure where failure.isWorthRetrying {
                } catch { return }
                try await caller.clock.sleep(for: pause)
            }
        }
        defer { keeping.cancel() }
        return try await body()
    }

    package func show(_ recorded: RecentActivity.Place) async throws -> Place {
        let request = ShowPlaceRequest(roomID: recorded.room, placeID: recorded.place)
        return try await caller.call(QueueMethods.showPlace, request).place
    }

    package func leave(_ recorded: RecentActivity.Place) async throws {
        let request = LeaveRequest(roomID: recorded.room, placeID: recorded.place)
        _ = try await caller.call(QueueMethods.leave, request)
        try caller.records.update { $0.removePlace(in: recorded.room) }
    }

    /// Activates the place after the wait. `place` is the place at the end of the wait.
    package func enter(_ place: Place, _ recorded: RecentActivity.Place) async throws -> Place {
        guard place.state == .admitted || place.state == .active else {
            try caller.records.update { $0.removePlace(in: recorded.room) }
            throw JourneyError.turnNeverCame(place, target: recorded.target)
        }
        return try await renew(recorded).place
    }

    /// A renewed pass for the latest recorded place in one of the rooms. Empty without a room, and for operators.
    func pass(of rooms: [RoomID], for target: String) async throws -> [UInt8] {
        guard let room = rooms.first, !caller.isOperator else { return [] }
        guard let place = try caller.records.load().places.last(where: { rooms.contains($0.room) }) else {
            throw JourneyError.noPlace(target: target, isClosed: await isClosed(room))
        }
        return try await renew(place).pass
    }

    /// Activates an admitted place, or renews the pass of an active one. Drops the record of a place that has ended.
    private func renew(_ place: RecentActivity.Place) async throws -> RenewReply {
        do {
            return try await caller.call(
                QueueMethods.renew, RenewRequest(roomID: place.room, placeID: place.place))
        } catch let failure as CallFailure {
            guard Self.placeHasEnded.contains(where: { failure.isBecause($0) }) else { throw failure }
            try caller.records.update { $0.removePlace(in: place.room) }
            throw JourneyError.placeEnded(failure, target: place.target, isClosed: await isClosed(place.room))
        }
    }

    private func isClosed(_ room: RoomID) async -> Bool {
        await Rooms(caller).room(room)?.state.isClosedToJoins ?? false
    }

    /// The recorded place for a target. Without a target, the place that was joined last.
    package func recordedPlace(for target: Target?) throws -> RecentActivity.Place {
        let activity = try caller.records.load()
        let found = target.map { activity.places(for: $0) } ?? activity.places.suffix(1)
        if let target, found.count > 1 { throw JourneyError.severalPlaces(target, targets: found.map(\.target)) }
        guard let place = found.first else { throw JourneyError.noRecordedPlace(target) }
        return place
    }
}
