import ConcertAPI
import Kernel

/// What an operator says about a date.
enum ScheduleFlags {
    private static let starts = Flag("--starts", .moment, "when it begins")
    private static let ends = Flag("--ends", .moment, "when it ends")
    private static let opens = Flag("--sale-opens", .moment, "from when seats can be reserved; at first now")
    private static let closes = Flag("--sale-closes", .moment, "until when; at first its beginning")
    private static let cancel = Flag(
        "--cancel-until", .moment, "until when users may give tickets back; at first never")
    private static let seats = Flag(
        "--seats-per-user", .count(1...50), "how many seats one user may have; at first 4")
    private static let hold = Flag("--hold", .duration, "how long seats are held; at first 5m")
    private static let room = Flag(
        "--room", .text("ROOM"), "the waiting room without whose pass nobody sees or reserves seats")

    static let noRoom = Flag("--no-room", .isGiven, "take it out of its waiting room: no pass is needed any more")

    static let all: [any AnyFlag] = [starts, ends, opens, closes, cancel, seats, hold, room, CommonFlags.zone]

    /// What the flags say, and where they say nothing, what `before` says.
    static func settings(
        _ run: Invocation, name: String, before: ScheduleSettings?
    ) async throws(GatewayError) -> ScheduleSettings {
        var settings = before ?? ScheduleSettings()
        settings.name = name
        if let time = try run.time(starts) { settings.startsAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(ends) { settings.endsAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(opens) { settings.saleOpensAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(closes) { settings.saleClosesAtMs = UInt64(clamping: time.milliseconds) }
        if let time = try run.time(cancel) { settings.cancelUntilMs = UInt64(clamping: time.milliseconds) }
        if let count = try run.arguments.value(seats) { settings.seatsPerUser = UInt32(count) }
        if let hold = try run.arguments.value(hold) { settings.holdMs = UInt32(clamping: hold.milliseconds) }
        if let name = try run.arguments.value(room) {
            guard !run.arguments.isGiven(noRoom) else { throw .usage("say \(room.name) or \(noRoom.name), not both") }
            settings.roomID = try await run.room(named: name)
        }
        if run.arguments.isGiven(noRoom) { settings.roomID = [] }
        if before == nil {
            guard settings.startsAtMs > 0, settings.endsAtMs > 0 else {
                throw .usage("--starts and --ends are missing, such as --starts '2037-12-24 20:00'")
            }
            if settings.saleOpensAtMs == 0 { settings.saleOpensAtMs = UInt64(clamping: run.clock.now.milliseconds) }
            if settings.saleClosesAtMs == 0 { settings.saleClosesAtMs = settings.startsAtMs }
        }
        return settings
    }
}

enum ScheduleAdd {
    static let command = Command(
        "admin schedule add", "Adds a date to a concert.",
        calls: [.concert, .queue], caller: .operator, operands: [Invocation.target],
        flags: ScheduleFlags.all + [CommonFlags.requestID],
        examples: [
            "gateway admin schedule add moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' "
                + "--zone Europe/Berlin --room summer-sale"
        ],
        run: add)

    private static func add(_ run: Invocation) async throws(GatewayError) {
        let target = try run.arguments.required(Invocation.target)
        guard let name = target.date else { throw .usage("how is the date called? Say \(target.concert)/NAME") }
        let concert = try await run.concert(named: target.concert)
        let request = AddScheduleRequest(
            concertID: concert.concertID, settings: try await ScheduleFlags.settings(run, name: name, before: nil))
        let reply = try await run.call(ConcertMethods.addSchedule, request, requestID: try run.newRequestID())
        run.show(
            ScheduleReport.json(reply.schedule ?? ScheduleEntry(), of: concert),
            "Added \(target.text). Next: gateway admin seats set \(target.text) --hall FILE")
    }
}

enum ScheduleConfigure {
    static let command = Command(
        "admin schedule configure", "Changes the settings of a date; what is not given stays as it is.",
        details: "What was reserved before keeps its deadline and its price.",
        calls: [.concert, .queue], caller: .operator, operands: [Invocation.target],
        flags: ScheduleFlags.all + [ScheduleFlags.noRoom],
        examples: [
            "gateway admin schedule configure moon-tour/friday --seats-per-user 2 --hold 3m",
            "gateway admin schedule configure moon-tour/friday --no-room",
        ],
        run: configure)

    private static func configure(_ run: Invocation) async throws(GatewayError) {
        let date = try await run.date(try run.arguments.required(Invocation.target))
        let request = ConfigureScheduleRequest(
            concertID: date.concert.concertID, scheduleID: date.schedule.scheduleID,
            settings: try await ScheduleFlags.settings(run, name: date.settings.name, before: date.settings),
            version: date.schedule.version)
        let reply = try await run.call(ConcertMethods.configureSchedule, request)
        run.show(ScheduleReport.json(reply.schedule ?? date.schedule, of: date.concert), "Changed \(date.name).")
    }
}
