import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Makes codes with which users can join a waiting room.
enum CodeCommands {
    private static let count = Option("count", .count(from: 1), "number of codes; 1 if not given")
    private static let uses = Option("uses", .count(from: 1), "users who can join with one code; 1 if not given")
    private static let expires = Option(
        "expires", .time, "time from which users cannot join with them; never if not given")

    static let create = Command(
        "admin room codes", "Prints new codes with which users can join a waiting room.",
        details: """
            The room needs codes if it was created with --needs-code. Users type: gateway join CONCERT/DATE --code CODE. Codes are
            not stored: keep the output. The same --request-id with the same options prints the same codes again.
            """,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name],
        flags: [count, uses, expires, CommonFlags.requestID],
        examples: ["members --uses 50 --expires '2037-12-01 10:00'", "members --count 200 -o csv"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let (uses, expiresAt) = (run[uses] ?? 1, try run.time(expires))
            let request = CreateCodesRequest(
                roomID: room.roomID, count: run[count] ?? 1, uses: uses, expiresAt: expiresAt)
            let reply = try await run.caller.call(
                QueueMethods.createCodes, request, requestID: run.caller.newRequestID())
            func json(_ code: String) -> JSON {
                .object([
                    "code": .string(code), "room": .string(room.name), "uses": .count(uses),
                    "expiresAt": .time(expiresAt),
                ])
            }
            run.show(reply.codes, json, ["CODE", "ROOM", .right("USES"), "EXPIRES"]) { code in
                [code, room.name, "\(uses)", run.localTime(expiresAt)]
            }
        })
}
