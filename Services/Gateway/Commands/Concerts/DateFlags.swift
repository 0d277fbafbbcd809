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

    static let noRoom = Option("no-room", .flag, "remove the date from its waiting room, so that it needs no pass")

    static let all: [any AnyOption] = [starts, ends, opens, closes, cancel, seats, hold, room, CommonFlags.zone]

    /// The settings of the flags, with `before` for flags that are not given.
    static func settings(
        _ run: Invocation, name: String, before: ScheduleSettings?
    ) async throws -> ScheduleSettings {
        var settings = before ?? ScheduleSettings()
        settings.name = name
        if let time = try run.time(starts) { settings.startsAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(ends) { settings.endsAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(opens) { settings.saleOpensAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(closes) { settings.saleClosesAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(cancel) { settings.cancelUntilMs = UInt64(clamping: time.milliseconds) }
        if let count = run[seats] { settings.seatsPerUser = count }
        if let hold = run[hold] { settings.holdMs = UInt32(clamping: hold.milliseconds) }
        if let name = run[room] {
            guard !run[noRoom] else {
                throw GatewayError.usage("\(room.flag) and \(noRoom.flag) exclude each other. Pass one of them")
            }
            settings.roomID = try await Rooms(run.caller).room(named: name).roomID
        }
        if run[noRoom] { settings.roomID = [] }
        if before == nil {
            guard settings.startsAtMs > 0, settings.endsAtMs > 0 else {
                throw GatewayError.usage(
                    "a new date needs --starts and --ends, such as --starts '2037-12-24 20:00' "
                        + "--ends '2037-12-24 23:00'"
                )
            }
            if settings.saleOpensAtMs == 0 { settings.saleOpensAtMs = UInt64(clamping: run.clock.now.milliseconds) }
            if settings.saleClosesAtMs == 0 { settings.saleClosesAtMs = settings.startsAtMs }
        }
        return settings
    }
}
