import Kernel
import QueueAPI

enum RoomCreate {
    static let command = Command(
        "admin room create", "Creates a waiting room. It opens at --opens-at, or by: gateway admin room open.",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name],
        flags: AdminRoom.limits + [CommonFlags.requestID],
        examples: [
            "gateway admin room create summer-sale --active 200 --rate 20",
            "gateway admin room create summer-sale --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --zone Europe/Berlin",
        ],
        run: create)

    private static func create(_ run: Invocation) async throws(GatewayError) {
        let request = CreateRoomRequest(
            name: try run.arguments.required(AdminRoom.name), limits: try AdminRoom.limits(run, before: nil),
            times: try AdminRoom.times(run, before: nil))
        let reply = try await run.call(QueueMethods.createRoom, request, requestID: try run.newRequestID())
        AdminRoom.show(reply.room, run)
    }
}
