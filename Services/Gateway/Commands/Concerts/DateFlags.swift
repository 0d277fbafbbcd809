import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// The flags for the settings of a date.
enum DateFlags {
    private static let starts = Option("starts", .time, "start of the date")
    private static let ends = Option("ends", .time, "end of the date")
    private static let opens = Option("sale-opens", .time, "start of the sale; now for a new date")
    private static let closes = Option("sale-closes", .time, "end of the sale; --starts for a new date")
    private static let cancel = Option(
        "cancel-until", .time, "last time at which users may return tickets; never for a new date")
    private static let seats = Option("seats-per-user", .count(from: 1), "limit of seats per user; 4 for a new date")
    private static let hold = Option("hold", .duration, "how long seats are held; 5m for a new date")
    private static let room = Option(
        "room", .text("ROOM"), "waiting room whose pass is needed to see and reserve seats")

    private static let newStart = Option("starts", .time, "new start of the date")
    private static let newEnd = Option("ends", .time, "new end of the date; it moves with the start if not given")
    private static let newClose = Option(
        "sale-closes", .time, "new end of the sale; it moves with the start if not given")
    private static let newCancel = Option(
        "cancel-until", .time, "new last time at which users may return tickets; it moves with the start if not given")

    static let noRoom = Option("no-room", .flag, "remove the date from its waiting room, so that it needs no pass")

    static let all: [any AnyOption] = [starts, ends, opens, closes, cancel, seats, hold, room]
    /// The times that move together.
    static let times: [any AnyOption] = [newStart, newEnd, newClose, newCancel]

    /// The request to move a date to the times of the flags.
    static func move(of date: ConcertDate, _ run: Invocation) throws(GatewayError) -> MoveDateRequest {
        guard let start = try run.time(starts, of: date.concert), let before = date.settings.startsAt,
            let end = date.settings.endsAt
        else { throw .usage("\(starts.flag) is missing: pass the new start, such as --starts '2037-12-26 20:00'") }
        return MoveDateRequest(
            concertID: date.concert.concertID, scheduleID: date.id, startsAt: start,
            endsAt: try run.time(ends, of: date.concert) ?? end + (start - before),
            saleClosesAt: try run.time(closes, of: date.concert), cancelUntil: try run.time(cancel, of: date.concert),
            version: date.entry.version)
    }

    /// The settings of the flags, with `before` for flags that are not given.
    static func settings(
        _ run: Invocation, of concert: Concert, name: String, before: ScheduleSettings?
    ) async throws -> ScheduleSettings {
        var settings = before ?? ScheduleSettings()
        settings.name = name
        if let time = try run.time(starts, of: concert) { settings.move(to: time) }
        if let time = try run.time(ends, of: concert) { settings.endsAt = time }
        if let time = try run.time(opens, of: concert) { settings.saleOpensAt = time }
        if let time = try run.time(closes, of: concert) { settings.saleClosesAt = time }
        if let time = try run.time(cancel, of: concert) { settings.cancelUntil = time }
        if let count = run[seats] { settings.seatsPerUser = count }
        if let hold = run[hold] { settings.hold = hold }
        if let name = run[room] {
            guard !run[noRoom] else {
                throw GatewayError.usage("\(room.flag) and \(noRoom.flag) exclude each other. Pass one of them")
            }
            settings.roomID = try await Rooms(run.caller).room(named: name).roomID
        }
        if run[noRoom] { settings.roomID = nil }
        if before == nil {
            guard settings.startsAt != nil, settings.endsAt != nil else {
                throw GatewayError.usage(
                    "a new date needs --starts and --ends, such as --starts '2037-12-24 20:00' "
                        + "--ends '2037-12-24 23:00'"
                )
            }
            if settings.saleOpensAt == nil { settings.saleOpensAt = run.clock.now }
            if settings.saleClosesAt == nil { settings.saleClosesAt = settings.startsAt }
        }
        return settings
    }
}
