import ConcertAPI
import Kernel
import QueueAPI

enum Dates {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))
    private static let free = Flag("--free", .isGiven, "list only dates with free seats")

    static let command = Command(
        "dates", "Lists the dates of a concert, with the number of free seats.",
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
        if dates.isEmpty, !run.isJSON { return run.console.print("There are no such dates.") }
        var table = Table([
            ("DATE", .left), ("BEGINS", .wrapped), ("ON SALE", .wrapped), ("FREE", .right), ("LINE", .left),
        ])
        let rooms = run.isJSON ? [:] : await run.rooms(of: dates)
        for date in dates {
            let settings = date.settings ?? ScheduleSettings()
            table.add([
                "\(concert.name)/\(settings.name)", run.localTime(settings.startsAtMs), sale(settings, run),
                "\(date.counts?.free ?? 0)", settings.roomID.isEmpty ? "none" : line(rooms[settings.roomID], run),
            ])
        }
        run.show(.list(dates) { DateReport.json($0, of: concert) }, table.text(run.console))
    }

    /// What a buyer must do to enter. For an operator, the name of the room.
    private static func line(_ room: RoomSummary?, _ run: Invocation) -> String {
        let isClosed = room?.state.isClosedToJoins ?? false
        if let room, run.command.caller == .operator { return isClosed ? "\(room.name), \(room.state)" : room.name }
        return isClosed ? "closed" : "join first"
    }

    private static func sale(_ settings: ScheduleSettings, _ run: Invocation) -> String {
        let now = UInt64(clamping: run.clock.now.milliseconds)
        if now < settings.saleOpensAtMs { return "from \(run.localTime(settings.saleOpensAtMs))" }
        return now < settings.saleClosesAtMs ? "now" : "over"
    }
}
