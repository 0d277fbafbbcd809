import Kernel
import QueueAPI

/// Opening, pausing, draining and closing a waiting room.
enum RoomSteps {
    static let open = command(
        "admin room open", "Lets people in from now on; also ends a pause or a drain."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.openRoom, OpenRoomRequest(roomID: room)).room
    }

    static let pause = command(
        "admin room pause", "Lets nobody in for the time being; one may still join, and those inside go on."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.pauseRoom, PauseRoomRequest(roomID: room)).room
    }

    static let drain = command(
        "admin room drain", "Lets nobody join any more; who waits is let in, and then the room closes."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.drainRoom, DrainRoomRequest(roomID: room)).room
    }

    static let close = Command(
        "admin room close", "Ends a waiting room for good; every place in it is taken away.",
        details: """
            First take the dates that are to be sold on out of it: gateway admin schedule configure CONCERT/DATE with
            --no-room, or with another room.
            """,
        calls: [.queue], caller: .operator, operands: [AdminRoom.name], flags: [CommonFlags.yes],
        examples: ["gateway admin room close summer-sale --yes"],
        run: { run async throws(GatewayError) in
            let room = try await AdminRoom.find(run)
            run.note(
                "Dates that are still behind a closed room can be neither seen nor reserved. To take one out: "
                    + "gateway admin schedule configure CONCERT/DATE \(ScheduleFlags.noRoom.name)")
            try run.makeSure(
                "Close \(room.name) for good, with every place in it?", otherwise: "the room stays as it is")
            AdminRoom.show(try await run.call(QueueMethods.closeRoom, CloseRoomRequest(roomID: room.roomID)).room, run)
        })

    private static func command(
        _ name: String, _ summary: String,
        _ step: @escaping @Sendable (Invocation, [UInt8]) async throws(GatewayError) -> RoomSummary?
    ) -> Command {
        Command(
            name, summary, calls: [.queue], caller: .operator, operands: [AdminRoom.name],
            examples: ["gateway \(name) summer-sale"],
            run: { run async throws(GatewayError) in
                AdminRoom.show(try await step(run, try await AdminRoom.find(run).roomID), run)
            })
    }
}
