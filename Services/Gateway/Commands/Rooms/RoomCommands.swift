import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Creates, configures, lists and shows waiting rooms.
enum RoomCommands {
    static let create = Command(
        "admin room create", "Creates a waiting room. It opens at --opens-at, or by: gateway admin room open.",
        calls: [.queue], caller: .operator, operands: [RoomFlags.name],
        flags: RoomFlags.limits + [CommonFlags.requestID],
        examples: [
            "gateway admin room create summer-sale --active 200 --rate 20",
            "gateway admin room create summer-sale --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --zone Europe/Berlin",
        ],
        run: { run in
            let request = CreateRoomRequest(
                name: try run.arguments.required(RoomFlags.name), limits: try RoomFlags.limits(run, before: nil),
                times: try RoomFlags.times(run, before: nil))
            let reply = try await run.caller.call(
                QueueMethods.createRoom, request, requestID: run.caller.newRequestID())
            RoomReport.show(reply.room, run)
        })

    static let configure = Command(
        "admin room configure", "Changes the limits of a waiting room at any time, or its times before it opens.",
        details: "Settings that are not given do not change.",
        calls: [.queue], caller: .operator, operands: [RoomFlags.name], flags: RoomFlags.limits,
        examples: ["gateway admin room configure summer-sale --active 500 --rate 50"],
        run: { run in
            let room = try await RoomFlags.room(run)
            let request = ConfigureRoomRequest(
                roomID: room.roomID, limits: try RoomFlags.limits(run, before: room.limits),
                times: try RoomFlags.times(run, before: room.times))
            guard request.limits != nil || request.times != nil else {
                throw GatewayError.usage("there is nothing to change. Pass a setting, such as --active 500")
            }
            RoomReport.show(try await run.caller.call(QueueMethods.configureRoom, request).room, run)
        })

    static let list = Command(
        "admin room list", "Lists the waiting rooms.", calls: [.queue], caller: .operator, flags: [CommonFlags.zone],
        examples: ["gateway admin room list"],
        run: { run in
            run.show(
                try await Rooms(run.caller).all().map { RoomReport(room: $0) }, \.json,
                [("ROOM", .left), ("STATE", .left), ("ACTIVE", .right), ("PER SECOND", .right)]
            ) { [$0.room.name, "\($0.room.state)", $0.activeLimit, $0.ratePerSecond] }
        })

    static let show = Command(
        "admin room show", "Shows a waiting room: its settings, the number of places per state, and waiting times.",
        calls: [.queue], caller: .operator, operands: [RoomFlags.name], flags: [CommonFlags.zone],
        examples: ["gateway admin room show summer-sale", "gateway admin room show summer-sale --json"],
        run: { run in
            let room = try await RoomFlags.room(run)
            let reply = try await run.caller.call(QueueMethods.showRoom, ShowRoomRequest(roomID: room.roomID))
            show(reply, RoomReport(room: reply.room ?? room), run)
        })

    private static func show(_ reply: ShowRoomReply, _ report: RoomReport, _ run: Invocation) {
        let counts: [(name: String, count: Int64)] = [
            ("joined", reply.joinedCount), ("waiting", reply.waitingCount), ("admitted", reply.admittedCount),
            ("active", reply.activeCount), ("finished", reply.finishedCount), ("left", reply.leftCount),
            ("lapsed", reply.lapsedCount), ("revoked", reply.revokedCount), ("noShow", reply.noShowCount),
        ]
        guard case .object(let members) = report.json else { return }
        let figures: [(name: String, value: JSON)] =
            counts.map { ($0.name, .count($0.count)) } + [
                ("admittedPerSecondThousandths", .count(reply.admittedPerSecondThousandths)),
                ("waitP50Ms", .count(reply.waitP50Ms)), ("waitP90Ms", .count(reply.waitP90Ms)),
            ]
        let thousandths = "\(reply.admittedPerSecondThousandths % 1000 + 1000)".dropFirst()
        run.show(
            .object(members + figures),
            """
            \(report.text(run.localTime))

              joined    \(reply.joinedCount)
              waiting   \(reply.waitingCount)
              admitted  \(reply.admittedCount)
              active    \(reply.activeCount)
              finished  \(reply.finishedCount)
              left      \(reply.leftCount)
              lapsed    \(reply.lapsedCount), including \(reply.noShowCount) that never entered
              revoked   \(reply.revokedCount)
              rate      \(reply.admittedPerSecondThousandths / 1000).\(thousandths) per second in the last minute
              waits     50 % up to \(DisplayTime.text(.milliseconds(reply.waitP50Ms))), 90 % up to \
            \(DisplayTime.text(.milliseconds(reply.waitP90Ms)))
            """)
    }
}
