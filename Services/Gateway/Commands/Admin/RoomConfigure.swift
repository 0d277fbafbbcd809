import Kernel
import QueueAPI

enum RoomConfigure {
    static let command = Command(
        "admin room configure", "Changes the limits of a waiting room at any time, or its times before it opens.",
        details: "Settings that are not given do not change.",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name], flags: AdminRoom.limits,
        examples: ["gateway admin room configure summer-sale --active 500 --rate 50"],
        run: configure)

    private static func configure(_ run: Invocation) async throws(GatewayError) {
        let room = try await AdminRoom.find(run)
        let request = ConfigureRoomRequest(
            roomID: room.roomID, limits: try AdminRoom.limits(run, before: room.limits),
            times: try AdminRoom.times(run, before: room.times))
        guard request.limits != nil || request.times != nil else {
            throw .usage("there is nothing to change. Pass a setting, such as --active 500")
        }
        AdminRoom.show(try await run.call(QueueMethods.configureRoom, request).room, run)
    }
}
