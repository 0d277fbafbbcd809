import CommandLine
import ConcertAPI
import Display
import Journeys
import Kernel
import QueueAPI

/// Creates and lists concerts and their dates.
enum ConcertCommands {
    private static let title = Option("title", .text("TEXT"), "title for buyers; NAME if not given")
    private static let host = Option("host", .text("TEXT"), "organiser of the concert; NAME if not given")
    private static let currency = Option("currency", .currency, "currency of all prices; EUR if not given")
    private static let venueZone = Option(
        "venue-zone", .zoneName,
        "time zone of the venue, such as Europe/Berlin, in which times of the concert are shown")
    private static let room = Option(
        "browse-room", .text("ROOM"), "waiting room whose pass is needed to see the dates")

    static let list = Command(
        "concerts", "Lists the concerts.", calls: [.concert],
        examples: ["", "--json"],
        run: { run in
            let concerts = try await run.catalogue.concerts()
            run.show(
                concerts, \.json, empty: "There are no concerts yet.", ["NAME", .wrapped("TITLE"), .wrapped("HOST")]
            ) { [$0.name, $0.title, $0.host] }
        })

    static let create = Command(
        "admin concert create", "Creates a concert.",
        details: "NAME consists of lower-case letters, digits and hyphens. Commands refer to the concert by it.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.name],
        flags: [title, host, currency, venueZone, room, CommonFlags.requestID],
        examples: ["moon-tour --title 'The Moon Tour' --host 'Moon Records' --currency EUR --venue-zone Europe/Berlin"],
        run: { run in
            let name = run[Operands.name]
            var request = CreateConcertRequest(
                name: name, title: run[title] ?? name, host: run[host] ?? name,
                currency: run[currency]?.code ?? "EUR", zone: run[venueZone] ?? "")
            if let room = run[room] {
                request.browseRoomID = try await Rooms(run.caller).room(named: room).roomID
            }
            let reply = try await run.caller.call(
                ConcertMethods.createConcert, request, requestID: run.caller.newRequestID())
            let concert = reply.concert
            run.show(
                concert.json,
                "Created \(concert.name). Next: gateway admin schedule add \(concert.name)/DATE --starts TIME "
                    + "--ends TIME")
        })

    private static let newTitle = Option("title", .text("TEXT"), "new title for buyers")
    private static let newHost = Option("host", .text("TEXT"), "new organiser of the concert")
    private static let noRoom = Option("no-browse-room", .flag, "let buyers see the dates without a pass")

    static let configure = Command(
        "admin concert configure",
        "Changes the texts and the zone of a concert. Settings that are not given do not change.",
        details: "The name and the currency of a concert never change, because tickets and prices refer to them.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.concert],
        flags: [newTitle, newHost, venueZone, room, noRoom, CommonFlags.requestID],
        examples: ["moon-tour --title 'The Moon Tour' --host 'Moon Records'", "moon-tour --no-browse-room"],
        run: { run in
            try run.requireChange([newTitle, newHost, venueZone, room, noRoom], such: "--title 'The Moon Tour'")
            let concert = try await run.catalogue.concert(named: run[Operands.concert])
            var request = ConfigureConcertRequest(
                concertID: concert.concertID, title: run[newTitle] ?? concert.title,
                host: run[newHost] ?? concert.host, browseRoomID: concert.browseRoomID, version: concert.version,
                zone: run[venueZone] ?? concert.zone)
            if let name = run[room] {
                guard !run[noRoom] else {
                    throw GatewayError.usage("\(room.flag) and \(noRoom.flag) exclude each other. Pass one of them")
                }
                request.browseRoomID = try await Rooms(run.caller).room(named: name).roomID
            }
            if run[noRoom] { request.browseRoomID = nil }
            let reply = try await run.caller.call(
                ConcertMethods.configureConcert, request, requestID: run.caller.newRequestID())
            run.show(reply.concert.json, "Changed \(concert.name).")
        })

    private static let free = Option("free", .flag, "list only dates that are on sale now and have free seats")

    static let dates = Command(
        "dates", "Lists the dates of a concert, with the number of free seats.",
        calls: [.concert, .queue], caller: .user, operands: [Operands.concert], flags: [free],
        examples: ["moon-tour", "moon-tour --free", "moon-tour --zone Europe/Berlin"],
        run: { run in try await listDates(run, onlyAvailable: run[free]) })

    static let allDates = Command(
        "admin schedule list", "Lists the dates of a concert, also those behind a waiting room.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.concert], examples: ["moon-tour"],
        run: { run in try await listDates(run, onlyAvailable: false) })

    private static func listDates(_ run: Invocation, onlyAvailable: Bool) async throws {
        let concert = try await run.catalogue.concert(named: run[Operands.concert])
        let dates = try await run.catalogue.dates(of: concert, onlyAvailable: onlyAvailable)
        let rooms = run.isJSON ? [:] : await Rooms(run.caller).rooms(of: dates)
        run.show(
            dates, \.json, empty: "There are no such dates.",
            ["DATE", .wrapped("BEGINS"), .wrapped("ON SALE"), .right("FREE"), "LINE"]
        ) { date in
            [
                date.name, run.localTime(date.settings.startsAt, of: concert),
                date.entry.cancelledAt == nil ? sale(date, run) : "cancelled",
                "\(date.entry.counts?.free ?? 0)", line(date.rooms.map { rooms[$0] }, run),
            ]
        }
        if !concert.zone.isEmpty { run.note("The times are those of the venue: \(concert.zone.printable).") }
    }

    /// The next step of a buyer. For an operator, the names of the rooms.
    private static func line(_ rooms: [Room?], _ run: Invocation) -> String {
        if rooms.isEmpty { return "none" }
        let found = rooms.compactMap(\.self)
        if run.caller.isOperator, found.count == rooms.count {
            return found.map { $0.state.isClosedToJoins ? "\($0.name), \($0.state)" : $0.name }.joined(separator: "; ")
        }
        return found.count == rooms.count && found.allSatisfy(\.state.isClosedToJoins) ? "closed" : "join first"
    }

    private static func sale(_ date: ConcertDate, _ run: Invocation) -> String {
        let settings = date.settings
        if let opens = settings.saleOpensAt, run.clock.now < opens {
            return "from \(run.localTime(opens, of: date.concert))"
        }
        guard let closes = settings.saleClosesAt, run.clock.now < closes else { return "over" }
        return "now"
    }

    static let addDate = Command(
        "admin schedule add", "Adds a date to a concert.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.target],
        flags: DateFlags.all + [CommonFlags.requestID],
        examples: [
            "moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' --zone Europe/Berlin --room summer-sale"
        ],
        run: { run in
            let target = run[Operands.target]
            guard let name = target.date else {
                throw GatewayError.usage(
                    "the name of the date is missing. Type: gateway \(run.command.name) \(target.concert)/DATE")
            }
            let concert = try await run.catalogue.concert(named: target.concert)
            let request = AddScheduleRequest(
                concertID: concert.concertID,
                settings: try await DateFlags.settings(run, of: concert, name: name, before: nil))
            let reply = try await run.caller.call(
                ConcertMethods.addSchedule, request, requestID: run.caller.newRequestID())
            run.show(
                ConcertDate(concert: concert, entry: reply.schedule).json,
                "Added \(target.text).\n\(reply.schedule.settings.text(run, concert))\n"
                    + "Next: gateway admin seats set \(target.text) --hall FILE")
        })

    static let configureDate = Command(
        "admin schedule configure", "Changes the settings of a date. Settings that are not given do not change.",
        details: """
            If --starts moves the date, its end, the end of its sale and the deadline for returns move by the same time,
            unless they are given, too. Existing reservations keep their deadlines and prices.
            """,
        calls: [.concert, .queue], caller: .operator, operands: [Operands.target],
        flags: DateFlags.all + [DateFlags.noRoom],
        examples: ["moon-tour/friday --seats-per-user 2 --hold 3m", "moon-tour/friday --no-room"],
        run: { run in
            try run.requireChange(DateFlags.all + [DateFlags.noRoom], such: "--seats-per-user 2")
            let date = try await run.catalogue.date(run[Operands.target])
            let request = ConfigureScheduleRequest(
                concertID: date.concert.concertID, scheduleID: date.id,
                settings: try await DateFlags.settings(
                    run, of: date.concert, name: date.settings.name, before: date.settings),
                version: date.entry.version)
            let reply = try await run.caller.call(ConcertMethods.configureSchedule, request)
            run.show(
                ConcertDate(concert: date.concert, entry: reply.schedule).json,
                "Changed \(date.name).\n\(reply.schedule.settings.text(run, date.concert))")
        })

    private static let moveReason = Option("reason", .text("TEXT"), "reason, which buyers read")
    private static let returnUntil = Option(
        "return-until", .time, "until then, buyers may return their tickets and nothing is kept")

    static let moveDate = Command(
        "admin schedule move", "Moves a date to other times. Its tickets show them.",
        details: """
            The end, the end of the sale and the deadline of returns move by as much as the start, unless you give them.
            The start of the sale stays. A printed ticket is still accepted: the gate shows the time on it and the new one.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target],
        flags: DateFlags.times + [moveReason, returnUntil, CommonFlags.yes, CommonFlags.requestID],
        examples: [
            "moon-tour/friday --starts '2037-12-26 20:00' --reason storm"
        ],
        run: { run in
            let reason = try run.required(moveReason)
            let date = try await run.catalogue.date(run[Operands.target])
            var request = try DateFlags.move(of: date, run)
            (request.reason, request.returnUntil) = (reason, try run.time(returnUntil, of: date.concert))
            func local(_ time: Timestamp?) -> String { run.localTime(time, of: date.concert) }
            let right = request.returnUntil.map { "Buyers can return them in full until \(local($0))." }
            if date.entry.cancelledAt == nil {
                try run.questions.requireConfirmation(
                    "Move \(date.name) from \(local(date.settings.startsAt)) to \(local(request.startsAt))? "
                        + "Seats sold: \(date.entry.counts?.sold ?? 0). "
                        + (right ?? "Buyers get no further right to return them: \(returnUntil.flag) gives one."),
                    unchanged: "\(date.name) was not moved")
            }
            let reply = try await run.caller.call(
                ConcertMethods.moveDate, request, requestID: run.caller.newRequestID())
            let moved = ConcertDate(concert: date.concert, entry: reply.schedule)
            let full = moved.entry.returnUntil.map { "\n  full refund     until \(local($0))" }
            run.show(moved.json, "Moved \(date.name).\n\(moved.settings.text(run, date.concert))\(full ?? "")")
        })
}

extension ConcertDate {
    /// Whether and until when users can return tickets, and what is kept of the price.
    func returnsText(_ run: Invocation) -> String {
        let end = [settings.cancelUntil, settings.startsAt].compactMap { $0 }.min()
        guard settings.cancelUntil != nil, let end, run.clock.now < end else {
            return "Tickets for it cannot be returned."
        }
        let kept = keptText(run, until: end).map { " \($0)" } ?? ""
        return "Tickets for it can be returned until \(run.localTime(end, of: concert)): gateway cancel.\(kept)"
    }

    /// `The organiser keeps of the price: 10 % now, 50 % from Fri 18 Dec 2026 20:00 CET on.` Nil if nothing is kept.
    private func keptText(_ run: Invocation, until end: Timestamp) -> String? {
        guard let start = settings.startsAt else { return nil }
        let steps = entry.returnSteps.map {
            (from: start - .hours(24 * Int($0.daysBeforeStart)), percent: $0.keptPercent)
        }
        let now = steps.last { $0.from <= run.clock.now && $0.percent > 0 }.map { "\($0.percent) % now" }
        let later = steps.filter { run.clock.now < $0.from && $0.from < end && $0.percent > 0 }.map {
            "\($0.percent) % from \(run.localTime($0.from, of: concert)) on"
        }
        let texts = [now].compactMap { $0 } + later
        return texts.isEmpty ? nil : "The organiser keeps of the price: \(texts.joined(separator: ", "))."
    }

    var json: JSON {
        .object([
            "date": .string(name), "scheduleId": .id(id), "concertId": .id(entry.concertID),
            "startsAt": .time(settings.startsAt), "endsAt": .time(settings.endsAt),
            "saleOpensAt": .time(settings.saleOpensAt), "saleClosesAt": .time(settings.saleClosesAt),
            "cancelUntil": .time(settings.cancelUntil), "seatsPerUser": .count(settings.seatsPerUser),
            "holdMs": .count(settings.hold.milliseconds), "roomId": .id(settings.roomID),
            "presaleRoomIds": .list(entry.presales) { .string("\($0.roomID)") },
            "version": .count(entry.version), "createdAt": .time(entry.createdAt), "updatedAt": .time(entry.updatedAt),
            "movedAt": .time(entry.movedAt), "moveReason": .text(entry.moveReason),
            "returnUntil": .time(entry.returnUntil), "returnSteps": .list(entry.returnSteps, \.json),
            "cancelReason": .text(entry.cancelReason), "cancelledAt": .time(entry.cancelledAt),
            "counts": entry.counts.map(\.json),
        ])
    }
}

extension ScheduleSettings {
    /// Moves the start, and with it the end of the date, the end of the sale and the deadline for returns.
    mutating func move(to start: Timestamp) {
        if let before = startsAt {
            let shift = start - before
            endsAt = endsAt.map { $0 + shift }
            saleClosesAt = saleClosesAt.map { $0 + shift }
            cancelUntil = cancelUntil.map { $0 + shift }
        }
        startsAt = start
    }

    /// The values that hold, for operators.
    fileprivate func text(_ run: Invocation, _ concert: Concert) -> String {
        func local(_ time: Timestamp?) -> String { run.localTime(time, of: concert) }
        return """
              starts          \(local(startsAt))
              ends            \(local(endsAt))
              on sale         \(local(saleOpensAt)) to \(local(saleClosesAt))
              returns until   \(cancelUntil == nil ? "never" : local(cancelUntil))
              seats per user  \(seatsPerUser == 0 ? 4 : seatsPerUser)
              hold            \(hold == .zero ? "5 min" : hold.text)
            """
    }
}

extension SeatCounts {
    var json: JSON {
        .object(["free": .count(free), "held": .count(held), "sold": .count(sold), "blocked": .count(blocked)])
    }
}

extension Concert {
    fileprivate var json: JSON {
        .object([
            "concertId": .id(concertID), "name": .string(name), "title": .string(title), "host": .string(host),
            "currency": .string(currency), "browseRoomId": .id(browseRoomID), "createdAt": .time(createdAt),
            "updatedAt": .time(updatedAt), "version": .count(version), "zone": .text(zone),
        ])
    }
}
