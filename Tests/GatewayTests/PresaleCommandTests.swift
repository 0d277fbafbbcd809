import ConcertAPI
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin schedule presales`.
struct PresaleCommandTests {
    private func run(_ words: String, failure: RPCFailure? = nil) async throws -> (sent: [RoomID]?, CommandResult) {
        let sent = Mutex<[RoomID]?>(nil)
        let id = ConcertID(high: 1, low: 1)
        @Sendable func schedule(_ presales: [Presale]) -> Schedule {
            Schedule(
                scheduleID: ScheduleID(high: 2, low: 1), concertID: id,
                settings: ScheduleSettings(name: "friday", roomID: RoomID(high: 5, low: 0)), version: 7,
                presales: presales)
        }
        let concert = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour", currency: "EUR")])
            },
            Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply(schedules: [schedule([])]) },
            Route(ConcertMethods.setPresales) { request, _ in
                if let failure { throw failure }
                sent.withLock { $0 = request.presales.map(\.roomID) }
                return SetPresalesReply(schedule: schedule(request.presales))
            },
        ]
        let queue = [
            Route(QueueMethods.findRoom) { request, _ in
                FindRoomReply(
                    room: Room(
                        roomID: RoomID(high: 5, low: UInt64(request.name.utf8.count)), name: request.name,
                        state: .open, times: RoomTimes(), limits: RoomLimits()))
            }
        ]
        var result: CommandResult?
        try await StubServices.with(queue: queue, concert: concert) { services in
            result = await services.gateway("admin schedule presales moon-tour/friday \(words)")
        }
        return (sent.withLock { $0 }, try #require(result))
    }

    @Test func `rooms are found by their names, and no rooms remove the presales`() async throws {
        let (sent, result) = try await run("members vip")
        #expect(sent == [RoomID(high: 5, low: 7), RoomID(high: 5, low: 3)])
        #expect(result.output == "Presales of moon-tour/friday: members, vip.")
        let (removed, none) = try await run("")
        #expect(removed == [] && none.output == "moon-tour/friday has no presales.")
    }

    @Test func `a refusal names the operand and the next command`() async throws {
        let (_, many) = try await run("members", failure: .invalid("presales", "must have at most 3 rooms"))
        #expect(many.errorOutput.hasPrefix("gateway: ROOM must have at most 3 rooms"))
        let (_, missing) = try await run("members", failure: RPCFailure(ConcertReason.roomMissing))
        #expect(missing.errorOutput.contains("gateway admin schedule configure CONCERT/DATE --room ROOM"))
    }
}
