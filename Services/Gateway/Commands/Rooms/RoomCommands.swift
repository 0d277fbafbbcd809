import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Creates, configures, lists and shows waiting rooms, and changes their states.
enum RoomCommands {
    static let create = Command(
        "admin room create", "Creates a waiting room. It opens at --opens-at, or by: gateway admin room open.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name],
        flags: RoomSettings.flags + [CommonFlags.requestID],
        examples: [
            "gateway admin room create summer-sale --active 200 --rate 20",
            "gateway admin room create summer-sale --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --zone Europe/Berlin",
        ],
        run: { run in
            let request = CreateRoomRequest(
                name: run[RoomSettings.name], limits: RoomSettings.limits(run, before: nil),
                times: try RoomSettings.times(run, before: nil))
            show(
                try await run.caller.call(QueueMethods.createRoom, request, requestID: run.caller.newRequestID()).room,
                run)
        })

    static let configure = Command(
        "admin room configure", "Changes the limits of a waiting room at any time, or its times before it opens.",
        details: "Settings that are not given do not change.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: RoomSettings.flags,
        examples: ["gateway admin room configure summer-sale --active 500 --rate 50"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let request = ConfigureRoomRequest(
                roomID: room.roomID, limits: RoomSettings.limits(run, before: room.limits),
                times: try RoomSettings.times(run, before: room.times))
            guard request.limits != nil || request.times != nil else {
                throw GatewayError.usage("there is nothing to change. Pass a setting, such as --active 500")
            }
            show(try await run.caller.call(QueueMethods.configureRoom, request).room, run)
        })

    static let list = Command(
        "admin room list", "Lists the waiting rooms.", calls: [.queue], caller: .operator, flags: [CommonFlags.zone],
        examples: ["gateway admin room list"],
        run: { run in
            run.show(
                try await Rooms(run.caller).all(), \.json,
                ["ROOM", "STATE", .right("ACTIVE"), .right("PER SECOND")]
            ) { [$0.name, "\($0.state)", $0.activeLimit, $0.ratePerSecond] }
        })

    static let show = Command(
        "admin room show", "Shows a waiting room: its settings, the number of places per state, and waiting times.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: [CommonFlags.zone],
        examples: ["gateway admin room show summer-sale", "gateway admin room show summer-sale --json"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let reply = try await run.caller.call(QueueMethods.showRoom, ShowRoomRequest(roomID: room.roomID))
            let current = reply.room ?? room
            run.show(current.json.adding(reply.figures), "\(current.text(run))\n\n\(reply.text)")
        })

    static let open = step("admin room open", "Admits users from now on. Also ends a pause or a drain.") {
        try await $0.call(QueueMethods.openRoom, OpenRoomRequest(roomID: $1)).room
    }

    static let pause = step(
        "admin room pause", "Admits no users until the room is opened again. Joining is still possible."
    ) { try await $0.call(QueueMethods.pauseRoom, PauseRoomRequest(roomID: $1)).room }

    static let drain = step(
        "admin room drain", "Accepts no new places, admits the users who wait, and then closes the room."
    ) { try await $0.call(QueueMethods.drainRoom, DrainRoomRequest(roomID: $1)).room }

    private static func step(
        _ name: String, _ summary: String,
        _ step: @escaping @Sendable (ServiceCaller, [UInt8]) async throws -> RoomSummary?
    ) -> Command {
        Command(
            name, summary, calls: [.queue], caller: .operator, operands: [RoomSettings.name],
            examples: ["gateway \(name) summer-sale"],
            run: { run in show(try await step(run.caller, try await RoomSettings.room(run).roomID), run) })
    }

    static let close = Command(
        "admin room close", "Closes a waiting room for good, and ends every place in it.",
        details: """
            First remove from the room each date that stays on sale: gateway admin schedule configure CONCERT/DATE with
            --no-room, or with another room.
            """,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: [CommonFlags.yes],
        examples: ["gateway admin room close summer-sale --yes"],
        run: { run in
            let room = try await RoomSettings.room(run)
            run.note(
                "Users can neither see nor reserve a date whose room is closed. To remove a date from the room: "
                    + "gateway admin schedule configure CONCERT/DATE \(DateFlags.noRoom.flag)")
            try run.questions.requireConfirmation(
                "Close \(room.name) for good, and end every place in it?", unchanged: "the room was not closed")
            show(try await run.caller.call(QueueMethods.closeRoom, CloseRoomRequest(roomID: room.roomID)).room, run)
        })

    private static func show(_ room: RoomSummary?, _ run: Invocation) {
        let room = room ?? RoomSummary()
        run.show(room.json, room.text(run))
    }
}

extension ShowRoomReply {
    fileprivate var figures: KeyValuePairs<String, JSON?> {
        [
            "joined": .count(joinedCount), "waiting": .count(waitingCount), "admitted": .count(admittedCount),
            "active": .count(activeCount), "finished": .count(finishedCount), "left": .count(leftCount),
            "lapsed": .count(lapsedCount), "revoked": .count(revokedCount), "noShow": .count(noShowCount),
            "admittedPerSecondThousandths": .count(admittedPerSecondThousandths), "waitP50Ms": .count(waitP50Ms),
            "waitP90Ms": .count(waitP90Ms),
        ]
    }

    fileprivate var text: String {
        let thousandths = "\(admittedPerSecondThousandths % 1000 + 1000)".dropFirst()
        let (half, most) = (Duration.milliseconds(waitP50Ms).text, Duration.milliseconds(waitP90Ms).text)
        return """
              joined    \(joinedCount)
              waiting   \(waitingCount)
              admitted  \(admittedCount)
              active    \(activeCount)
              finished  \(finishedCount)
              left      \(leftCount)
              lapsed    \(lapsedCount), including \(noShowCount) that never entered
              revoked   \(revokedCount)
              rate      \(admittedPerSecondThousandths / 1000).\(thousandths) per second in the last minute
              waits     50 % up to \(half), 90 % up to \(most)
            """
    }
}
