import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum SeatsCommand {
    private static let section = Option("section", .text("NAME"), "draw only this section")

    static let command = Command(
        "seats", "Draws the seats of a date, with their grades and prices.",
        details: "If the date has a waiting line, join it first: gateway join. Seats are named SECTION-ROW-NUMBER.",
        calls: [.concert, .queue], caller: .user, operands: [Operands.optionalTarget],
        flags: [section, CommonFlags.zone],
        examples: [
            "gateway seats moon-tour", "gateway seats moon-tour/friday --section Stalls",
            "gateway seats moon-tour --json",
        ],
        run: { run in
            let date = try await ConcertChoice(run: run).date()
            let plan = try await Seats(of: date, run.caller).plan()
            let section = run[section]
            if let section, !plan.sections.contains(section) {
                let hint = section.nearest(among: plan.sections).map { "Did you mean \($0)?" }
                throw GatewayError.refused(
                    "unknown section \(section). "
                        + (hint ?? "The sections are \(plan.sections.joined(separator: ", "))"))
            }
            if plan.blocks.isEmpty, !run.isJSON { return run.console.print("\(date.name) has no seats yet.") }
            run.show(
                plan.json(of: date.name, section: section),
                SeatMap(plan, style: run.style, columns: run.console.columns).text(section: section))
        })
}

extension SeatPlan {
    fileprivate func json(of date: String, section: String?) -> JSON {
        let blocks = only(section)
        func strings(_ state: State) -> JSON { .list(names(state, blocks)) { .string($0) } }
        return .object([
            "date": .string(date),
            "grades": .list(grades) { grade in
                .object([
                    "grade": .string(grade.name), "free": .count(grade.free),
                    "lowestPrice": Money.json(grade.lowestPrice, currency),
                    "highestPrice": Money.json(grade.highestPrice, currency),
                ])
            },
            "blocks": .list(blocks) { block in
                .object([
                    "section": .string(block.section), "row": .string(block.row),
                    "first": .count(block.numbers.lowerBound), "last": .count(block.numbers.upperBound),
                    "grade": .string(block.grade), "price": Money.json(block.price, currency),
                ])
            },
            "held": strings(.held), "sold": strings(.sold), "blocked": strings(.blocked),
        ])
    }
}
