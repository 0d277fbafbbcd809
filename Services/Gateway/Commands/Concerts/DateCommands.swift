import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

enum DateCommands {
    private static let free = Option("free", .flag, "list only dates with free seats")

    static let list = Command(
        "dates", "Lists the dates of a concert, with the number of free seats.",
        calls: [.concert, .queue], caller: .user, operands: [Operands.concert], flags: [free, CommonFlags.zone],
        examples: [
            "gateway dates moon-tour", "gateway dates moon-tour --free", "gateway dates moon-tour --zone Europe/Berlin",
        ],
        run: { run in try await list(run, onlyWithFreeSeats: run[free]) })

    static let listAll = Command(
        "admin schedule list", "Lists the dates of a concert, also those behind a waiting room.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.concert], flags: [CommonFlags.zone],
        examples: ["gateway admin schedule list moon-tour"],
        run: { run in try await list(run, onlyWithFreeSeats: false) })

    private static func list(_ run: Invocation, onlyWithFreeSeats: Bool) async throws {
        let concert = try await run.catalogue.concert(named: run[Operands.concert])
        let dates = try await run.catalogue.dates(of: concert, onlyWithFreeSeats: onlyWithFreeSeats)
        let rooms = run.isJSON ? [:] : await Rooms(run.caller).rooms(of: dates)
        run.show(
            dates, \.json, empty: "There are no such dates.",
            ["DATE", .wrapped("BEGINS"), .wrapped("ON SALE"), .right("FREE"), "LINE"]
        ) { date in
            [
                date.name, run.localTime(date.settings.startsAtMs), sale(date.settings, run),
                "\(date.entry.counts?.free ?? 0)", date.room.isEmpty ? "none" : line(rooms[date.room], run),
            ]
        }
    }

    /// What a buyer must do to enter. For an operator, the name of the room.
    private static func line(_ room: RoomSummary?, _ run: Invocation) -> String {
        let isClosed = room?.state.isClosedToJoins ?? false
        if let room, run.caller.isOperator { return isClosed ? "\(room.name), \(room.state)" : room.name }
        return isClosed ? "closed" : "join first"
    }

    private static func sale(_ settings: ScheduleSettings, _ run: Invocation) -> String {
        let now = UInt64(clamping: run.clock.now.milliseconds)
        if now < settings.saleOpensAtMs { return "from \(run.localTime(settings.saleOpensAtMs))" }
        return now < settings.saleClosesAtMs ? "now" : "over"
    }

    static let add = Command(
        "admin schedule add", "Adds a date to a concert.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.target],
        flags: DateFlags.all + [CommonFlags.requestID],
        examples: [
            "gateway admin schedule add moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' "
                + "--zone Europe/Berlin --room summer-sale"
        ],
        run: { run in
            let target = run[Operands.target]
            guard let name = target.date else {
                throw GatewayError.usage(
                    "the name of the date is missing. Type: gateway \(run.command.name) \(target.concert)/DATE")
            }
            let concert = try await run.catalogue.concert(named: target.concert)
            let request = AddScheduleRequest(
                concertID: concert.concertID, settings: try await DateFlags.settings(run, name: name, before: nil))
            let reply = try await run.caller.call(
                ConcertMethods.addSchedule, request, requestID: run.caller.newRequestID())
            run.show(
                ConcertDate(concert: concert, entry: reply.schedule ?? ScheduleEntry()).json,
                "Added \(target.text). Next: gateway admin seats set \(target.text) --hall FILE")
        })

    static let configure = Command(
        "admin schedule configure", "Changes the settings of a date. Settings that are not given do not change.",
        details: "Existing reservations keep their deadlines and prices.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.target],
        flags: DateFlags.all + [DateFlags.noRoom],
        examples: [
            "gateway admin schedule configure moon-tour/friday --seats-per-user 2 --hold 3m",
            "gateway admin schedule configure moon-tour/friday --no-room",
        ],
        run: { run in
            let date = try await run.catalogue.date(run[Operands.target])
            let request = ConfigureScheduleRequest(
                concertID: date.concert.concertID, scheduleID: date.id,
                settings: try await DateFlags.settings(run, name: date.settings.name, before: date.settings),
                version: date.entry.version)
            let reply = try await run.caller.call(ConcertMethods.configureSchedule, request)
            run.show(
                ConcertDate(concert: date.concert, entry: reply.schedule ?? date.entry).json,
                "Changed \(date.name).")
        })
}

extension ConcertDate {
    var json: JSON {
        .object([
            "date": .string(name), "scheduleId": .id(id), "concertId": .id(entry.concertID),
            "startsAt": .time(settings.startsAtMs), "endsAt": .time(settings.endsAtMs),
            "saleOpensAt": .time(settings.saleOpensAtMs), "saleClosesAt": .time(settings.saleClosesAtMs),
            "cancelUntil": .time(settings.cancelUntilMs), "seatsPerUser": .count(settings.seatsPerUser),
            "holdMs": .count(settings.holdMs), "roomId": .id(settings.roomID), "version": .count(entry.version),
            "counts": entry.counts.map(\.json),
        ])
    }
}

extension SeatCounts {
    var json: JSON {
        .object(["free": .count(free), "held": .count(held), "sold": .count(sold), "blocked": .count(blocked)])
    }
}
