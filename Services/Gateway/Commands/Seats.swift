import ConcertAPI
import Kernel

enum Seats {
    private static let section = Flag("--section", .text("NAME"), "only this section")

    static let command = Command(
        "seats", "Draws the seats of a date: who is free, of which grade, for how much.",
        details: "Where there is a line, this takes your turn: gateway join. Seats are named SECTION-ROW-NUMBER.",
        calls: [.concert, .queue], caller: .user, operands: [Invocation.optionalTarget],
        flags: [section, CommonFlags.zone],
        examples: [
            "gateway seats moon-tour", "gateway seats moon-tour/friday --section Stalls",
            "gateway seats moon-tour --json",
        ],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let date = try await run.askedDate()
        let plan = try await run.seatPlan(of: date)
        let section = try run.arguments.value(section)
        if let section, !plan.sections.contains(section) {
            let hint = section.nearest(among: plan.sections).map { "Did you mean \($0)?" }
            throw .refused(
                "there is no section \(section). \(hint ?? "There is \(plan.sections.joined(separator: ", "))")")
        }
        if plan.blocks.isEmpty, !run.isJSON { return run.console.print("\(date.name) has no seats yet.") }
        run.show(
            plan.json(of: date.name, section: section),
            SeatMap(plan, style: run.style, columns: run.console.columns).text(section: section))
    }
}

extension Invocation {
    func seatPlan(of date: FoundDate) async throws(GatewayError) -> SeatPlan {
        let request = ShowSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.schedule.scheduleID,
            pass: try await pass(of: date.room, for: date.name))
        return SeatPlan(try await call(ConcertMethods.showSeats, request))
    }
}
