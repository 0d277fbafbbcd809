import CommandLine
import Journeys
import Kernel
import QueueAPI

/// Commands of operators for the place of a user.
enum RoomPlaces {
    private static let details = "PLACE-ID is the id of the place; its user finds it with: gateway place --json"
    private static let place = Operand("PLACE-ID", ValueKind<PlaceID>.id())
    private static let reason = Option("reason", .text("TEXT"), "reason, shown to the user")

    static let history = Command(
        "admin room history", "Shows the states of a place, with their times.", details: details,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name, place], flags: [CommonFlags.zone],
        examples: ["gateway admin room history summer-sale 0193e5a0-7a55-7000-8000-000000000001"],
        run: { run in
            let request = ShowHistoryRequest(
                roomID: try await RoomSettings.room(run).roomID, placeID: run[place].bytes)
            let reply = try await run.caller.call(QueueMethods.showHistory, request)
            let table = Table(["TIME", "STATE", .wrapped("REASON")], reply.events) { event in
                [run.localTime(event.at), "\(event.state)", event.reason]
            }
            run.show(
                .object([
                    "userId": .id(reply.userID), "serial": .count(reply.serial),
                    "events": .list(reply.events) { event in
                        .object([
                            "state": .name(of: event.state), "at": .time(event.at), "reason": .text(event.reason),
                        ])
                    },
                ]), "Number \(reply.serial)\n\(table.text(run.console))")
        })

    static let revoke = Command(
        "admin room revoke", "Revokes a place, and shows its user the reason.", details: details,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name, place], flags: [reason],
        examples: [
            "gateway admin room revoke summer-sale 0193e5a0-7a55-7000-8000-000000000001 --reason 'bought by a robot'"
        ],
        run: { run in
            let reason = try run.required(reason)
            let request = RevokePlaceRequest(
                roomID: try await RoomSettings.room(run).roomID, placeID: run[place].bytes, reason: reason)
            let state = try await run.caller.call(QueueMethods.revokePlace, request).state
            run.show(
                .object(["placeId": .string("\(run[place])"), "state": .name(of: state)]), "The place is \(state).")
        })
}
