import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Opens, pauses, drains and closes a waiting room.
enum RoomSteps {
    static let open = command(
        "admin room open", "Admits users from now on. Also ends a pause or a drain."
    ) { caller, room in
        try await caller.call(QueueMethods.openRoom, OpenRoomRequest(roomID: room)).room
    }

    static let pause = command(
        "admin room pause", "Admits no users until the room is opened again. Joining is still possible."
    ) { caller, room in
        try await caller.call(QueueMethods.pauseRoom, PauseRoomRequest(roomID: room)).room
    }

    static let drain = command(
        "admin room drain", "Accepts no new places, admits the users who wait, and then closes the room."
    ) { caller, room in
        try await caller.call(QueueMethods.drainRoom, DrainRoomRequest(roomID: room)).room
    }

    static let close = Command(
        "admin room close", "Closes a waiting room for good, and ends every place in it.",
        details: """
            First remove from the room each date that stays on sale: gateway admin schedule configure CONCERT/DATE with
            --no-room, or with another room.
            """,
        calls: [.queue], caller: .operator, operands: [RoomFlags.name], flags: [CommonFlags.yes],
        examples: ["gateway admin room close summer-sale --yes"],
        run: { run in
            let room = try await RoomFlags.room(run)
            run.note(
                "Users can neither see nor reserve a date whose room is closed. To remove a date from the room: "
                    + "gateway admin schedule configure CONCERT/DATE \(DateFlags.noRoom.name)")
            try run.questions.requireConfirmation(
                "Close \(room.name) for good, and end every place in it?", unchanged: "the room was not closed")
            let request = CloseRoomRequest(roomID: room.roomID)
            RoomReport.show(try await run.caller.call(QueueMethods.closeRoom, request).room, run)
        })

    private static func command(
        _ name: String, _ summary: String,
        _ step: @escaping @Sendable (ServiceCaller, [UInt8]) async throws -> RoomSummary?
    ) -> Command {
        Command(
            name, summary, calls: [.queue], caller: .operator, operands: [RoomFlags.name],
            examples: ["gateway \(name) summer-sale"],
            run: { run in
                RoomReport.show(try await step(run.caller, try await RoomFlags.room(run).roomID), run)
            })
    }
}
