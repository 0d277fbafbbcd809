import CommandLine
import Journeys
import Kernel
import QueueAPI
import WalletAPI

/// Lists, shows and revokes places in waiting rooms.
enum PlaceCommands {
    private static let details =
        "PLACE is the id of the place, or the end of it. To find it: gateway admin room places ROOM"
    private static let place = Operand("PLACE", .text("PLACE"))
    private static let user = Operand("USER", .text("USER"))
    private static let reason = Option("reason", .text("TEXT"), "reason, shown to the user")
    private static let ban = Option("ban", .flag, "the user cannot join this room again")
    private static let limit = Option("limit", .integer(in: 1...maximumListed), "limit of places; 50 if not given")
    private static let maximumListed = 100_000

    static let ofRoom = Command(
        "admin room places", "Lists the places of a waiting room, in the order of the line.",
        calls: [.queue, .wallet], caller: .operator, operands: [RoomSettings.name], flags: [limit],
        examples: ["summer-sale", "summer-sale --limit 1000 --json"],
        run: { run in
            let room = try await RoomSettings.room(run)
            try await show(try await Rooms(run.caller).places(in: room.roomID, limit: run[limit] ?? 50), run)
        })

    static let ofUser = Command(
        "admin user places", "Lists the places of a user in all waiting rooms, newest first.",
        details: "USER is a name or an id.",
        calls: [.queue, .wallet], caller: .operator, operands: [user], flags: [limit],
        examples: ["alice", "alice --json"],
        run: { run in
            let user = try await People(run.caller).user(run[user])
            try await show(try await Rooms(run.caller).places(of: user.userID, limit: run[limit] ?? 50), run)
        })

    static let own = Command(
        "places", "Lists your places in all waiting rooms, newest first.",
        calls: [.queue], caller: .user, flags: [limit], examples: ["", "--json"],
        run: { run in
            let places = try await Rooms(run.caller).ownPlaces(limit: run[limit] ?? 50)
            let rooms = await Rooms(run.caller).rooms(of: places)
            run.show(
                places, { $0.json(in: rooms[$0.roomID]) }, empty: "You have had no places yet.",
                ["ROOM", .right("NUMBER"), "STATE", "JOINED", "ENDED", .wrapped("REASON")]
            ) { place in
                [
                    place.name(of: rooms[place.roomID]), "\(place.serial)", "\(place.state)",
                    run.localTime(place.joinedAt), run.localTime(place.endedAt), place.reason,
                ]
            }
        })

    private static func show(_ places: [Place], _ run: Invocation) async throws {
        let rooms = await Rooms(run.caller).rooms(of: places)
        let users = try await People(run.caller).users(places.compactMap(\.userID))
        func user(_ place: Place) -> User? { place.userID.flatMap { users[$0] } }
        run.show(
            places, { $0.json(in: rooms[$0.roomID]).adding(user($0).names) }, empty: "There are no places.",
            [
                "ROOM", .right("NUMBER"), "STATE", .wrapped("USER"), .wrapped("JOINED"), .wrapped("RENEWED"),
                .wrapped("ENDED"), .wrapped("REASON"), "PLACE",
            ]
        ) { place in
            [
                place.name(of: rooms[place.roomID]), "\(place.serial)", "\(place.state)",
                user(place).label(of: place.userID), run.localTime(place.joinedAt), run.localTime(place.renewedAt),
                run.localTime(place.endedAt), place.reason, IDSuffix.text(of: place.placeID),
            ]
        }
    }

    /// An id, or that of the place of a room whose id ends in `name`. For the latter, it reads the places of the room.
    private static func id(of name: String, in room: RoomID, _ run: Invocation) async throws -> PlaceID {
        if let id = PlaceID(name) { return id }
        let all = try await Rooms(run.caller).places(in: room, limit: maximumListed).map(\.placeID)
        return try ShortID.find(name, among: all, "place", hint: "See: gateway admin room places ROOM")
    }

    static let history = Command(
        "admin room history", "Shows the states of a place, with their times.", details: details,
        calls: [.queue, .wallet], caller: .operator, operands: [RoomSettings.name, place],
        examples: ["summer-sale 3f2a9c01"],
        run: { run in
            let room = try await RoomSettings.room(run).roomID
            let request = ShowHistoryRequest(
                roomID: room, placeID: try await id(of: run[place], in: room, run))
            let reply = try await run.caller.call(QueueMethods.showHistory, request)
            let user = try await People(run.caller).users([reply.userID])[reply.userID]
            let table = Table(["TIME", "STATE", .wrapped("REASON")], reply.events) { event in
                [run.localTime(event.at), "\(event.state)", event.reason]
            }
            run.show(
                JSON.object([
                    "userId": .id(reply.userID), "serial": .count(reply.serial),
                    "events": .list(reply.events) { event in
                        .object(["state": .name(of: event.state), "at": .time(event.at), "reason": .text(event.reason)])
                    },
                ]).adding(user.names),
                "Number \(reply.serial), \(user.label(of: reply.userID))\n\(table.text(run.console))")
        })

    static let revoke = Command(
        "admin room revoke", "Revokes a place, and shows its user the reason.", details: details,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name, place], flags: [reason, ban],
        examples: [
            "summer-sale 3f2a9c01 --reason 'bought by a robot'",
            "summer-sale 3f2a9c01 --reason 'bought by a robot' --ban",
        ],
        run: { run in
            let reason = try run.required(reason)
            let room = try await RoomSettings.room(run).roomID
            let id = try await id(of: run[place], in: room, run)
            let request = RevokePlaceRequest(roomID: room, placeID: id, reason: reason, ban: run[ban])
            let state = try await run.caller.call(QueueMethods.revokePlace, request).state
            run.show(
                .object([
                    "placeId": .id(id), "state": .name(of: state), "isBanned": .bool(run[ban]),
                ]), "The place is \(state).\(run[ban] ? " Its user cannot join the room again." : "")")
        })

    static let liftBan = Command(
        "admin room lift-ban", "Allows a user to join a waiting room again.", details: "USER is a name or an id.",
        calls: [.queue, .wallet], caller: .operator, operands: [RoomSettings.name, user],
        examples: ["summer-sale alice"],
        run: { run in
            let user = try await People(run.caller).user(run[user])
            let room = try await RoomSettings.room(run)
            _ = try await run.caller.call(
                QueueMethods.liftBan, LiftBanRequest(roomID: room.roomID, userID: user.userID))
            run.show(
                .object(["room": .string(room.name), "user": .string(user.name), "isBanned": .bool(false)]),
                "\(user.label) can join \(room.name).")
        })
}

extension Place {
    fileprivate func name(of room: Room?) -> String { room?.name ?? "\(roomID)" }

    fileprivate func json(in room: Room?) -> JSON {
        .object([
            "room": room.map { .string($0.name) }, "roomId": .id(roomID), "placeId": .id(placeID),
            "serial": .count(serial), "state": .name(of: state), "userId": .id(userID), "reason": .text(reason),
            "lapsesAt": .time(lapsesAt), "endsAt": .time(endsAt),
        ]).adding(times)
    }

    /// The times of its steps.
    var times: KeyValuePairs<String, JSON?> {
        [
            "joinedAt": .time(joinedAt), "admittedAt": .time(admittedAt), "claimedAt": .time(claimedAt),
            "renewedAt": .time(renewedAt), "endedAt": .time(endedAt),
        ]
    }
}
