import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Creates, configures, lists and shows waiting rooms, and changes the states of rooms and places.
enum RoomCommands {
    static let create = Command(
        "admin room create", "Creates a waiting room. It opens at --opens-at, or by: gateway admin room open.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name],
        flags: RoomSettings.flags + [RoomSettings.drawRound, RoomSettings.needsCode, CommonFlags.requestID],
        examples: [
            "summer-sale --active 200 --rate 20",
            "summer-sale --rate 50 --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --zone Europe/Berlin",
            "summer-sale --rate 50 --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --draw-round 150157112",
            "members --active 100 --needs-code",
        ],
        run: { run in
            let request = CreateRoomRequest(
                name: run[RoomSettings.name], limits: RoomSettings.limits(run, before: nil),
                times: try RoomSettings.times(run, before: nil), drawRound: Int64(run[RoomSettings.drawRound] ?? 0),
                needsCode: run[RoomSettings.needsCode])
            let created = try await run.caller.call(
                QueueMethods.createRoom, request, requestID: run.caller.newRequestID())
            let room = try await RoomSettings.limitWaiting(in: created.room, run)
            let step = room.draw == nil ? "open" : "close-draw"
            let next = room.times.opensAt == nil ? "\nNext: gateway admin room \(step) \(room.name)" : ""
            run.show(room.json, room.text(run) + next)
            if room.limits.activeLimit == 0, room.limits.ratePerSecond == 0 {
                run.note(
                    "This room admits every user at once, because it has no limit. To set one: "
                        + "gateway admin room configure \(room.name) --active 200 --rate 20")
            }
        })

    static let configure = Command(
        "admin room configure", "Changes the limits of a waiting room at any time, or its times before it opens.",
        details: "Settings that are not given do not change.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: RoomSettings.flags,
        examples: ["summer-sale --active 500 --rate 50"],
        run: { run in
            try run.requireChange(RoomSettings.flags, such: "--active 500")
            let before = try await RoomSettings.room(run)
            let request = ConfigureRoomRequest(
                roomID: before.roomID, limits: RoomSettings.limits(run, before: before.limits),
                times: try RoomSettings.times(run, before: before.times))
            let isConfigured = request.limits != nil || request.times != nil
            let room = isConfigured ? try await run.caller.call(QueueMethods.configureRoom, request).room : before
            show(try await RoomSettings.limitWaiting(in: room, run), run)
        })

    static let list = Command(
        "admin room list", "Lists the waiting rooms.", calls: [.queue], caller: .operator,
        examples: [""],
        run: { run in
            run.show(
                try await Rooms(run.caller).all(), \.json,
                ["ROOM", "STATE", .right("ACTIVE AT MOST"), .right("ADMITTED PER SECOND")]
            ) { [$0.name, "\($0.state)", $0.activeLimit, $0.ratePerSecond] }
        })

    static let show = Command(
        "admin room show", "Shows a waiting room: its settings, the number of places per state, and waiting times.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name],
        examples: ["summer-sale", "summer-sale --json"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let reply = try await run.caller.call(QueueMethods.showRoom, ShowRoomRequest(roomID: room.roomID))
            run.show(reply.room.json.adding(reply.figures), "\(reply.room.text(run))\n\n\(reply.text)")
        })

    static let open = step("admin room open", "Admits users from now on. Also ends a pause or a drain.") {
        try await $0.call(QueueMethods.openRoom, OpenRoomRequest(roomID: $1)).room
    }

    static let pause = step(
        "admin room pause", "Admits no users until the room is opened again. Joining is still possible."
    ) { try await $0.call(QueueMethods.pauseRoom, PauseRoomRequest(roomID: $1)).room }

    static let drain = Command(
        "admin room drain", "Accepts no new places, admits the users who wait, and then closes the room permanently.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: [CommonFlags.yes],
        examples: ["summer-sale"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let waiting = try await run.caller.call(QueueMethods.showRoom, ShowRoomRequest(roomID: room.roomID))
                .waitingCount
            let effect =
                waiting == 0
                ? "No users wait in \(room.name), so this closes it at once. Drain it, and close it permanently?"
                : "Drain \(room.name), and close it permanently after the last of \(waiting.counted("waiting user"))?"
            // A script that drains a room means it.
            if run.questions.canAsk {
                try run.questions.requireConfirmation(effect, unchanged: "the room was not drained")
            }
            show(try await run.caller.call(QueueMethods.drainRoom, DrainRoomRequest(roomID: room.roomID)).room, run)
        })

    private static func step(
        _ name: String, _ summary: String,
        _ step: @escaping @Sendable (ServiceCaller, RoomID) async throws -> Room
    ) -> Command {
        Command(
            name, summary, calls: [.queue], caller: .operator, operands: [RoomSettings.name],
            examples: ["summer-sale"],
            run: { run in show(try await step(run.caller, try await RoomSettings.room(run).roomID), run) })
    }

    static let close = Command(
        "admin room close", "Closes a waiting room permanently, and ends every place in it.",
        details: """
            First remove from the room each date that stays on sale: gateway admin schedule configure CONCERT/DATE with
            --no-room, or with another room.
            """,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], flags: [CommonFlags.yes],
        examples: ["summer-sale --yes"],
        run: { run in
            let room = try await RoomSettings.room(run)
            run.note(
                "Users can neither see nor reserve a date whose room is closed. To remove a date from the room: "
                    + "gateway admin schedule configure CONCERT/DATE \(DateFlags.noRoom.flag)")
            try run.questions.requireConfirmation(
                "Close \(room.name) permanently, and end every place in it?", unchanged: "the room was not closed")
            show(try await run.caller.call(QueueMethods.closeRoom, CloseRoomRequest(roomID: room.roomID)).room, run)
        })

    static func show(_ room: Room, _ run: Invocation) {
        run.show(room.json, room.text(run))
    }

    private static let text = Operand(optional: "TEXT", .text("TEXT"))

    static let message = Command(
        "admin room message", "Shows a message to the users of a waiting room. Without TEXT, removes the message.",
        details: "Users who wait see it within two seconds. It has at most 500 bytes.",
        calls: [.queue], caller: .operator, operands: [RoomSettings.name, text],
        examples: ["summer-sale 'The sale begins ten minutes later.'", "summer-sale"],
        run: { run in
            let request = SetRoomMessageRequest(
                roomID: try await RoomSettings.room(run).roomID, message: run[text] ?? "")
            show(try await run.caller.call(QueueMethods.setRoomMessage, request).room, run)
        })
}

extension ShowRoomReply {
    fileprivate var figures: KeyValuePairs<String, JSON?> {
        [
            "joined": .count(joinedCount), "waiting": .count(waitingCount), "admitted": .count(admittedCount),
            "active": .count(activeCount), "finished": .count(finishedCount), "left": .count(leftCount),
            "lapsed": .count(lapsedCount), "revoked": .count(revokedCount), "noShow": .count(noShowCount),
            "admittedPerSecondThousandths": .count(admittedPerSecondThousandths),
            "waitP50Ms": .count(waitP50.milliseconds),
            "waitP90Ms": .count(waitP90.milliseconds),
        ]
    }

    fileprivate var text: String {
        let thousandths = "\(admittedPerSecondThousandths % 1000 + 1000)".dropFirst()
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
              waits     50 % up to \(waitP50.text), 90 % up to \(waitP90.text)
            """
    }
}
