import ConcertAPI
import Kernel

enum Seats {
    private static let section = Flag("--section", .text("NAME"), "draw only this section")

    static let command = Command(
        "seats", "Draws the seats of a date, with their grades and prices.",
        details: "If the date has a waiting line, join it first: gateway join. Seats are named SECTION-ROW-NUMBER.",
        calls: [.concert, .queue], caller: .user, operands: [Invocation.optionalTarget],
        flags: [section, CommonFlags.zone],
        examples: [
            "gateway seats moon-tour", "gateway seats moon-tour/friday --section Stalls",
            "gateway seats moon-tour --json",
        ],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let date = try await run.chooseDate()
        let plan = try await run.seatPlan(of: date)
        let section = try run.arguments.value(section)
        if let section, !plan.sections.contains(section) {
            let hint = section.nearest(among: plan.sections).map { "Did you mean \($0)?" }
            throw .refused(
                "unknown section \(section). \(hint ?? "The sections are \(plan.sections.joined(separator: ", "))")")
        }
        if plan.blocks.isEmpty, !run.isJSON { return run.console.print("\(date.name) has no seats yet.") }
        run.show(
            plan.json(of: date.name, section: section),
            SeatMap(plan, style: run.style, columns: run.console.columns).text(section: section))
    }
}

extension Invocation {
    func seatPlan(of date: ConcertDate) async throws(GatewayError) -> SeatPlan {
        let request = ShowSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.id,
            pass: try await pass(of: date.room, for: date.name))
        return SeatPlan(try await call(ConcertMethods.showSeats, request))
    }
}
