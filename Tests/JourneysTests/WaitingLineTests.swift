import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads

struct WaitingLineTests {
    private static let lobby = RoomID(high: 5, low: 1)
    private static let hall = RoomID(high: 5, low: 2)
    private static let stage = RoomID(high: 5, low: 3)

    /// A concert with a room for browsing, or none, and with dates that have these rooms.
    private static func routes(browse: RoomID? = nil, _ rooms: [RoomID?]) -> [Route] {
        let id = ConcertID(high: 1, low: 1)
        return [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [
                    Concert(concertID: id, name: "moon-tour", browseRoomID: browse)
                ])
            },
            Route(ConcertMethods.listSchedules) { _, _ in
                ListSchedulesReply(
                    schedules: rooms.enumerated().map { index, room in
                        Schedule(
                            scheduleID: ScheduleID(high: 2, low: UInt64(index)), concertID: id,
                            settings: ScheduleSettings(name: "day-\(index + 1)", roomID: room))
                    })
            },
            Route(QueueMethods.findRoom) { _, _ in
                FindRoomReply(
                    room: Room(
                        roomID: lobby, name: "lobby", state: .closed, times: RoomTimes(), limits: RoomLimits()))
            },
        ]
    }

    private func entrance(
        to text: String, browse: RoomID? = nil, _ rooms: [RoomID?]
    ) async throws -> WaitingLine.Entrance? {
        var entrance: WaitingLine.Entrance?
        let routes = Self.routes(browse: browse, rooms)
        try await StubCaller.with(routes[0], routes[1], routes[2]) { stub in
            entrance = try await WaitingLine(stub.caller).entrance(to: try #require(Target(text)))
        }
        return entrance
    }

    @Test func `the room for browsing comes before the rooms of the dates`() async throws {
        let entrance = try await entrance(to: "moon-tour", browse: Self.lobby, [Self.hall])
        #expect(entrance?.room == Self.lobby && entrance?.target == "moon-tour")
    }

    @Test func `a concert is enough if all its dates have the same room`() async throws {
        let entrance = try await entrance(to: "moon-tour", [Self.hall, Self.hall])
        #expect(entrance?.room == Self.hall && entrance?.target == "moon-tour")
    }

    @Test func `no room means no line`() async throws {
        let entrances = [
            try await entrance(to: "moon-tour", [nil, nil]),
            try await entrance(to: "moon-tour/day-1", [nil, Self.hall]),
        ]
        #expect(entrances.allSatisfy { $0 == nil })
    }

    @Test func `a room is joined by its own name`() async throws {
        let entrance = try await entrance(to: "room:lobby", [])
        #expect(entrance?.room == Self.lobby && entrance?.target == "room:lobby")
    }

    @Test func `dates with different rooms need a choice`() async throws {
        let error = await #expect(throws: JourneyError.self) {
            try await entrance(to: "moon-tour", [Self.hall, Self.stage])
        }
        guard case .dateNotNamed(_, let dates) = error else { throw error ?? .noneOf(.ticket) }
        #expect(dates == ["moon-tour/day-1", "moon-tour/day-2"])
    }

    @Test func `the error for a missing place says whether the room still accepts users`() async throws {
        let routes = Self.routes(browse: Self.lobby, [])
        try await StubCaller.with(routes[0], routes[1], routes[2]) { stub in
            let error = await #expect(throws: JourneyError.self) {
                try await Catalogue(stub.caller).date(Target(concert: "moon-tour", date: nil))
            }
            guard case .noPlace("moon-tour", isClosed: true) = error else { throw error ?? .noneOf(.ticket) }
        }
    }

    @Test(arguments: [PlaceState.waiting, .active, .lapsed])
    func `a live place in the room of a presale is taken before the room of the date`(state: PlaceState) async throws {
        let id = ConcertID(high: 1, low: 1)
        let schedule = Schedule(
            scheduleID: ScheduleID(high: 2, low: 1), concertID: id,
            settings: ScheduleSettings(name: "day-1", roomID: Self.stage), presales: [Presale(roomID: Self.hall)])
        let date = ConcertDate(concert: Concert(concertID: id, name: "moon-tour"), entry: schedule)
        let show = Route(QueueMethods.showPlace) { _, _ in ShowPlaceReply(place: Self.place(1, state)) }
        try await StubCaller.with(show) { stub in
            let line = WaitingLine(stub.caller)
            #expect(try await line.entrance(to: date)?.room == Self.stage, "the user has joined nothing yet")
            let recorded = RecentActivity.Place(
                room: Self.hall, place: PlaceID(high: 6, low: 1), target: "room:members")
            try stub.caller.records.update { $0.add(recorded) }
            let entrance = try await line.entrance(to: date)
            #expect(entrance?.room == (state == .lapsed ? Self.stage : Self.hall) && entrance?.target == date.name)
        }
    }

    private static func place(_ number: UInt64, _ state: PlaceState) -> Place {
        Place(roomID: hall, placeID: PlaceID(high: 6, low: number), state: state, roomState: .open)
    }

    @Test func `a user who joins right after a purchase gets a new place`() async throws {
        let joins = Lock(0)
        let join = Route(QueueMethods.join) { _, _ in
            let count = joins.withLock {
                $0 += 1
                return $0
            }
            return JoinReply(place: Self.place(UInt64(count), count == 1 ? .active : .waiting))
        }
        let renew = Route(QueueMethods.renew) { _, _ in throw RPCFailure(QueueReason.placeFinished) }
        try await StubCaller.with(join, renew, Self.routes([])[2]) { stub in
            let (place, recorded) = try await WaitingLine(stub.caller).join(.init(room: Self.hall, target: "moon-tour"))
            #expect(place.state == .waiting && recorded.place == PlaceID(high: 6, low: 2))
            #expect(stub.recorded.places == [recorded])
        }
    }

    @Test func `a place is renewed as long as the user answers a question`() async throws {
        let (renewals, renewed) = AsyncStream.makeStream(of: PlaceID.self)
        let renew = Route(QueueMethods.renew) { request, _ in
            renewed.yield(request.placeID)
            return RenewReply(
                place: Self.place(1, .active), passExpiresAt: .noon + .minutes(2), renewAfter: .seconds(30))
        }
        try await StubCaller.with(renew) { stub in
            let recorded = RecentActivity.Place(room: Self.hall, place: PlaceID(high: 6, low: 1), target: "moon-tour")
            try stub.caller.records.update { $0.add(recorded) }
            try await WaitingLine(stub.caller).keepingPlace(in: [Self.hall]) {
                var next = renewals.makeAsyncIterator()
                for _ in 1...3 {
                    #expect(await next.next() == recorded.place)
                    while stub.clock.nextDeadline == nil { await Task.yield() }
                    stub.clock.advance(by: .seconds(30))
                }
            }
        }
    }

    @Test func `an operator needs no pass`() async throws {
        let routes = Self.routes(browse: Self.lobby, [Self.hall])
        try await StubCaller.with(routes[0], routes[1], routes[2], isOperator: true) { stub in
            let date = try await Catalogue(stub.caller).date(Target(concert: "moon-tour", date: nil))
            #expect(date.name == "moon-tour/day-1")
        }
    }
}
