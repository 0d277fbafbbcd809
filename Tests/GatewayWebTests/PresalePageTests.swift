import ConcertAPI
import Identity
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads

@testable import GatewayWeb

/// The pages of a date with a presale.
@Suite struct PresalePageTests {
    private static let hall = RoomID(high: 1, low: 5)
    private static let members = RoomID(high: 1, low: 6)
    private static let path = "/moon-tour/friday"
    private static let code = JoinCodes(.random()).sign(
        JoinCode(0, of: RequestID(high: 1, low: 1), for: members, uses: 1, expiry: .distantFuture))

    /// The date, whose buyer has `places`, and rooms of which `states` says how they are.
    private struct Sale {
        var places: [Place] = []
        var states = [hall: RoomState.scheduled, members: .open]
        var needsCode: Set<RoomID> = [members]
        let joined = Recorder<JoinRequest>()
        let shown = Recorder<ShowPlaceRequest>()

        private var routes: [Route] {
            let id = ConcertID(high: 1, low: 1)
            let date = Schedule(
                scheduleID: ScheduleID(high: 1, low: 2), concertID: id,
                settings: ScheduleSettings(name: "friday", roomID: hall), presales: [Presale(roomID: members)])
            let times = RoomTimes(joinsAt: SystemClock().now + .hours(1))
            return [
                Route(ConcertMethods.listConcerts) { _, _ in
                    ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour")])
                },
                Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply(schedules: [date]) },
                Route(ConcertMethods.listReservations) { _, _ in ListReservationsReply() },
                Route(QueueMethods.listPlaces) { [places] _, _ in ListPlacesReply(places: places) },
                Route(QueueMethods.findRoom) { [states, needsCode] request, _ in
                    guard let room = request.roomID, let state = states[room] else {
                        throw RPCFailure(QueueReason.roomUnknown)
                    }
                    return FindRoomReply(
                        room: Room(
                            roomID: room, state: state, times: times, limits: RoomLimits(),
                            needsCode: needsCode.contains(room)))
                },
                Route(QueueMethods.showPlace) { [shown] request, _ in
                    shown.add(request)
                    return ShowPlaceReply(place: place(in: request.roomID, .waiting))
                },
                Route(QueueMethods.join) { [joined] request, _ in
                    joined.add(request)
                    if request.code == "USED" { throw RPCFailure(QueueReason.codeUsedUp) }
                    return JoinReply(place: place(in: request.roomID, .waiting))
                },
            ]
        }

        func get(_ target: String = path) async throws -> HTTPResponse {
            try await answer { services in
                try await TestPages.respond(
                    .get, target, headers: ["cookie": TestPages.cookie], services: services)
            }
        }

        func join(_ fields: String) async throws -> HTTPResponse {
            try await answer { services in
                try await TestPages.post(path, "do=join&\(fields)&token=\(TestPages.token)", services: services)
            }
        }

        private func answer(_ ask: (StubServices) async throws -> HTTPResponse) async throws -> HTTPResponse {
            let answer = Recorder<HTTPResponse>()
            try await StubServices.with(routes) { answer.add(try await ask($0)) }
            return try #require(answer.all.first)
        }
    }

    private static func place(in room: RoomID, _ state: PlaceState) -> Place {
        Place(
            roomID: room, placeID: PlaceID(high: 2, low: room.low), state: state, roomState: .open, serial: 7,
            peopleAhead: 6)
    }

    // MARK: Joining

    @Test func `a buyer joins a presale with a code that is typed in groups and lower case`() async throws {
        let sale = Sale()
        let page = try await sale.get().text
        #expect(page.contains("name=\"code\"") && page.contains(Text.presale(in: .english)))
        #expect(page.contains(Text.roomNotOpenTitle(in: .english)), "the room of the date opens later")
        #expect(!page.contains("http-equiv=\"refresh\""), "a page in which a buyer types does not load itself again")
        let typed = "\(Self.code.prefix(8))-\(Self.code.dropFirst(8))".lowercased()
        let answer = try await sale.join("code=\(typed)")
        #expect(answer.status == 303)
        #expect(sale.joined.all == [JoinRequest(roomID: Self.members, code: Self.code)])
    }

    @Test func `a presale without codes has a button, and joins no room but those of the date`() async throws {
        let sale = Sale(states: [Self.hall: .open, Self.members: .open], needsCode: [])
        let page = try await sale.get().text
        #expect(page.contains("name=room value=\"\(Self.members)\"") && !page.contains("name=\"code\""))
        for room in [Self.members, Self.hall, RoomID(high: 9, low: 9)] { _ = try await sale.join("room=\(room)") }
        #expect(sale.joined.all.map(\.roomID) == [Self.members, Self.hall, Self.hall])
    }

    @Test func `a code for the room of the date is sent to it`() async throws {
        let sale = Sale(states: [Self.hall: .open, Self.members: .closed], needsCode: [Self.hall])
        let page = try await sale.get().text
        #expect(page.contains(Text.joinCodeWhy(in: .english)) && page.contains("name=\"code\""))
        #expect(!page.contains("<h2>\(Text.presale(in: .english))"), "a presale that is over is not shown")
        _ = try await sale.join("code=ABC")
        #expect(sale.joined.all == [JoinRequest(roomID: Self.hall, code: "ABC")])
    }

    @Test func `a page without a form loads itself again until a room can be joined`() async throws {
        let page = try await Sale(states: [Self.hall: .scheduled, Self.members: .scheduled]).get().text
        #expect(page.contains("http-equiv=\"refresh\"") && page.contains(Text.presaleJoinsIn(in: .english)))
        #expect(!page.contains("value=\"join\""))
    }

    @Test func `a code that is used up is explained, and stays in its field`() async throws {
        let answer = try await Sale().join("code=used")
        #expect(answer.status == 409 && answer.text.contains(Text.codeUsedUp(in: .english)))
        #expect(answer.text.contains("value=\"used\""))
    }

    @Test(
        arguments: [
            (QueueReason.codeMissing, 409), (.codeRefused, 400), (.codeOfAnotherRoom, 409), (.codeExpired, 410),
            (.codeUsedUp, 409), (.joinsTooOften, 429),
        ])
    func `each refusal of a code has a status and a text of its own`(reason: QueueReason, status: Int) {
        let problem = Problem(CallFailure(RPCFailure(reason), of: .queue, requestID: .numbered(1)))
        #expect(problem.status == status)
        #expect(![Text.broken, .serviceAway].map { $0(in: .english) }.contains(problem.title(in: .english)))
    }

    // MARK: Places

    @Test func `a place in a presale is shown, and the script asks for it`() async throws {
        let sale = Sale(places: [Self.place(in: Self.members, .waiting)])
        let page = try await sale.get().text
        #expect(page.contains(Text.youAreWaiting(in: .english)) && page.contains(Text.presale(in: .english)))
        let address = try #require(page.firstMatch(of: /data-live="([^"]+)"/)).output.1
        let part = String(address).replacing("&amp;", with: "&")
        #expect(try await sale.get(part).status == 200)
        #expect(sale.shown.all.map(\.roomID) == [Self.members])
    }

    @Test(
        arguments: [
            ([PlaceState.lapsed, .waiting], true), ([.waiting, .admitted], true), ([.admitted, .left], false),
        ])
    func `the place that brings the buyer furthest is shown`(states: [PlaceState], isPresale: Bool) async throws {
        let places = [Self.place(in: Self.hall, states[0]), Self.place(in: Self.members, states[1])]
        let page = try await Sale(places: places).get().text
        #expect(page.contains(Text.presale(in: .english)) == isPresale)
    }
}
