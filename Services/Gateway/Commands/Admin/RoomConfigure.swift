import Kernel
import QueueAPI

enum RoomConfigure {
    static let command = Command(
        "admin room configure", "Changes the limits of a waiting room, also while it is open, or its times before.",
        details: "What is not given stays as it is.",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name], flags: AdminRoom.limits,
        examples: ["gateway admin room configure summer-sale --active 500 --rate 50"],
        run: configure)

    private static func configure(_ run: Invocation) async throws(GatewayError) {
        let room = try await AdminRoom.find(run)
        let request = ConfigureRoomRequest(
            roomID: room.roomID, limits: try AdminRoom.limits(run, before: room.limits),
            times: try AdminRoom.times(run, before: room.times))
        guard request.limits != nil || request.times != nil else {
            throw .usage("nothing is to be changed. Say for example --active 500")
        }
        AdminRoom.show(try await run.call(QueueMethods.configureRoom, request).room, run)
    }
}
