import Kernel
import QueueAPI

/// One user's place, as an operator sees it.
enum RoomPlaces {
    private static let whence = "gateway place --json shows it to whoever has the place"
    private static let place = Operand(
        "PLACE-ID", ValueKind<PlaceID>(placeholder: nil, allowed: "a UUID; \(whence)") { PlaceID($0) })
    private static let reason = Flag("--reason", .text("TEXT"), "why; the user reads it")

    static let history = Command(
        "admin room history", "Shows every step of a place, with its time.",
        details: "The user tells you the PLACE-ID: \(whence).",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name, place], flags: [CommonFlags.zone],
        examples: ["gateway admin room history summer-sale 0193e5a0-7a55-7000-8000-000000000001"],
        run: { run async throws(GatewayError) in
            let request = ShowHistoryRequest(
                roomID: try await AdminRoom.find(run).roomID, placeID: try run.arguments.required(place).bytes)
            let reply = try await run.call(QueueMethods.showHistory, request)
            var table = Table([("TIME", .left), ("STATE", .left), ("REASON", .text)])
            for event in reply.events { table.add([run.shown(event.at), "\(event.state)", event.reason]) }
            run.show(
                .object([
                    "userId": .id(reply.userID), "serial": .count(reply.serial),
                    "events": .list(reply.events) { event in
                        .object([
                            "state": .name(of: event.state), "at": .time(event.at),
                            "reason": event.reason.isEmpty ? nil : .string(event.reason),
                        ])
                    },
                ]), "Number \(reply.serial)\n\(table.text(run.console))")
        })

    static let revoke = Command(
        "admin room revoke", "Takes a place away, with a reason that its user is shown.",
        details: "PLACE-ID is the place's own: \(whence).",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name, place], flags: [reason],
        examples: [
            "gateway admin room revoke summer-sale 0193e5a0-7a55-7000-8000-000000000001 --reason 'bought by a robot'"
        ],
        run: { run async throws(GatewayError) in
            let reason = try run.arguments.required(reason)
            let place = try run.arguments.required(place)
            let request = RevokePlaceRequest(
                roomID: try await AdminRoom.find(run).roomID, placeID: place.bytes, reason: reason)
            let state = try await run.call(QueueMethods.revokePlace, request).state
            run.show(
                .object(["placeId": .string("\(place)"), "state": .name(of: state)]), "The place is \(state).")
        })
}
