import ConcertAPI
import Identity
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin room codes` and `gateway join --code`.
struct CodeCommandsTests {
    private static let members = RoomID(high: 5, low: 1)
    private static let hall = RoomID(high: 5, low: 2)

    private static let find = Route(QueueMethods.findRoom) { request, _ in
        FindRoomReply(
            room: Room(
                roomID: members, name: "members", state: .open, times: RoomTimes(), limits: RoomLimits(),
                needsCode: true))
    }

    @Test func `codes are printed as CSV, one a line`() async throws {
        let sent = Mutex<CreateCodesRequest?>(nil)
        let create = Route(QueueMethods.createCodes) { request, _ in
            sent.withLock { $0 = request }
            return CreateCodesReply(codes: ["AAA", "BBB"])
        }
        try await StubServices.with(queue: [Self.find, create]) { services in
            let result = await services.gateway("admin room codes members --count 2 --uses 3 -o csv")
            #expect(result.output == "code,room,uses,expires\nAAA,members,3,\nBBB,members,3,\n")
        }
        let request = try #require(sent.withLock { $0 })
        #expect(request == CreateCodesRequest(roomID: Self.members, count: 2, uses: 3))
    }

    @Test func `a code names the room of its presale, also if it is typed in groups and lower case`() async throws {
        let code = JoinCodes(.random()).sign(
            JoinCode(0, of: RequestID(high: 1, low: 1), for: Self.members, uses: 1, expiry: .distantFuture))
        let sent = Mutex<JoinRequest?>(nil)
        let id = ConcertID(high: 1, low: 1)
        let concert = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour", currency: "EUR")])
            },
            Route(ConcertMethods.listSchedules) { _, _ in
                ListSchedulesReply(schedules: [
                    Schedule(
                        scheduleID: ScheduleID(high: 2, low: 1), concertID: id,
                        settings: ScheduleSettings(name: "friday", roomID: Self.hall),
                        presales: [Presale(roomID: Self.members)])
                ])
            },
        ]
        let join = Route(QueueMethods.join) { request, _ in
            sent.withLock { $0 = request }
            return JoinReply(
                place: Place(
                    roomID: request.roomID, placeID: PlaceID(high: 6, low: 1), state: .waiting, roomState: .open,
                    serial: 7))
        }
        try await StubServices.with(queue: [Self.find, join], concert: concert) { services in
            let typed = "\(code.prefix(8))-\(code.dropFirst(8))".lowercased()
            let result = await services.gateway("join moon-tour/friday --code \(typed) --no-wait")
            #expect(result.exit == .done, "\(result.errorOutput)")
        }
        #expect(sent.withLock { $0 } == JoinRequest(roomID: Self.members, code: code))
    }
}
