import Kernel
import QueueAPI

enum RoomList {
    static let command = Command(
        "admin room list", "Lists the waiting rooms.", calls: [.queue], caller: .operator, flags: [CommonFlags.zone],
        examples: ["gateway admin room list"],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let rooms: [RoomSummary] = try await run.allPages { last throws(GatewayError) in
            let page = try await run.call(QueueMethods.listRooms, ListRoomsRequest(afterRoomID: last?.roomID ?? []))
            return (page.rooms, page.hasMore)
        }
        var table = Table([("ROOM", .left), ("STATE", .left), ("ACTIVE", .right), ("PER SECOND", .right)])
        for room in rooms {
            let limits = room.limits ?? RoomLimits()
            func text(_ limit: UInt32) -> String { limit == 0 ? "no limit" : "\(limit)" }
            table.add([room.name, "\(room.state)", text(limits.activeLimit), text(limits.ratePerSecond)])
        }
        run.show(.list(rooms) { RoomReport(room: $0).json }, table.text(run.console))
    }
}
