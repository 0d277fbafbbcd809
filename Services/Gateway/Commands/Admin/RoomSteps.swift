import Kernel
import QueueAPI

/// Opens, pauses, drains and closes a waiting room.
enum RoomSteps {
    static let open = command(
        "admin room open", "Admits users from now on. Also ends a pause or a drain."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.openRoom, OpenRoomRequest(roomID: room)).room
    }

    static let pause = command(
        "admin room pause", "Admits no users until the room is opened again. Joining is still possible."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.pauseRoom, PauseRoomRequest(roomID: room)).room
    }

    static let drain = command(
        "admin room drain", "Accepts no new places, admits the users who wait, and then closes the room."
    ) { run, room async throws(GatewayError) in
        try await run.call(QueueMethods.drainRoom, DrainRoomRequest(roomID: room)).room
    }

    static let close = Command(
        "admin room close", "Closes a waiting room for good, and ends every place in it.",
        details: """
            First remove from the room each date that stays on sale: gateway admin schedule configure CONCERT/DATE with
            --no-room, or with another room.
            """,
        calls: [.queue], caller: .operator, operands: [AdminRoom.name], flags: [CommonFlags.yes],
        examples: ["gateway admin room close summer-sale --yes"],
        run: { run async throws(GatewayError) in
            let room = try await AdminRoom.find(run)
            run.note(
                "Users can neither see nor reserve a date whose room is closed. To remove a date from the room: "
                    + "gateway admin schedule configure CONCERT/DATE \(DateFlags.noRoom.name)")
            try run.requireConfirmation(
                "Close \(room.name) for good, and end every place in it?", unchanged: "the room was not closed")
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
