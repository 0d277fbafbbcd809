import ConcertAPI
import Kernel
import QueueAPI

enum Dates {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))
    private static let free = Flag("--free", .isGiven, "only dates with seats left")

    static let command = Command(
        "dates", "Lists the dates of a concert, and how many seats are left.",
        calls: [.concert, .queue], caller: .user, operands: [concert], flags: [free, CommonFlags.zone],
        examples: [
            "gateway dates moon-tour", "gateway dates moon-tour --free", "gateway dates moon-tour --zone Europe/Berlin",
        ],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let concert = try await run.concert(named: try run.arguments.required(concert))
        let dates = try await run.dates(of: concert, onlyWithFreeSeats: run.arguments.isGiven(free))
        await show(dates, of: concert, run)
    }

    static func show(_ dates: [ScheduleEntry], of concert: ConcertEntry, _ run: Invocation) async {
        if dates.isEmpty, !run.isJSON { return run.console.print("There is no such date.") }
        var table = Table([("DATE", .left), ("BEGINS", .text), ("ON SALE", .text), ("FREE", .right), ("LINE", .left)])
        let rooms = run.isJSON ? [:] : await run.rooms(of: dates)
        for date in dates {
            let settings = date.settings ?? ScheduleSettings()
            table.add([
                "\(concert.name)/\(settings.name)", run.shown(settings.startsAtMs), sale(settings, run),
                "\(date.counts?.free ?? 0)", settings.roomID.isEmpty ? "none" : line(rooms[settings.roomID], run),
            ])
        }
        run.show(.list(dates) { ScheduleReport.json($0, of: concert) }, table.text(run.console))
    }

    /// What somebody does who wants to come in; an operator wants to know which room it is.
    private static func line(_ room: RoomSummary?, _ run: Invocation) -> String {
        let isOver = room?.state.takesNobody ?? false
        if let room, run.command.caller == .operator { return isOver ? "\(room.name), \(room.state)" : room.name }
        return isOver ? "closed" : "join first"
    }

    private static func sale(_ settings: ScheduleSettings, _ run: Invocation) -> String {
        let now = UInt64(clamping: run.clock.now.milliseconds)
        if now < settings.saleOpensAtMs { return "from \(run.shown(settings.saleOpensAtMs))" }
        return now < settings.saleClosesAtMs ? "now" : "over"
    }
}
