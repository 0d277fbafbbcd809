import Journeys
import Kernel

/// The rows of one section as labelled checkboxes. The style sheet draws them as a map, and the script keeps it fresh.
struct SeatRows: Sendable {
    /// The number of colours for grades.
    static let colours = 5

    let plan: SeatPlan
    let section: String
    let visit: Visit

    private struct Row {
        let name: String
        var blocks: [SeatPlan.Block]
        var count: Int { blocks.reduce(0) { $0 + $1.numbers.count } }
    }

    private var rows: [Row] {
        var rows: [Row] = []
        for block in plan.only(section) {
            if rows.last?.name == block.row {
                rows[rows.count - 1].blocks.append(block)
            } else {
                rows.append(Row(name: block.row, blocks: [block]))
            }
        }
        return rows
    }

    /// The rows, up to a number of seats. Links lead to the rows after them.
    func html(upTo limit: Int, path: String) -> HTML {
        let rows = rows
        let first = visit.request.query["row"].flatMap { name in rows.firstIndex { $0.name == name } } ?? 0
        let colours = Dictionary(
            plan.grades.enumerated().map { ($1.name, $0 % Self.colours) }, uniquingKeysWith: { first, _ in first })
        var shown: [HTML] = []
        var count = 0
        for row in rows[first...] {
            if !shown.isEmpty, count + row.count > limit { break }
            count += row.count
            shown.append(html(of: row, colours, upTo: limit))
        }
        let map: HTML = "<div class=rows>\(shown)</div>"
        guard shown.count < rows.count else { return map }
        let links: [HTML] = stride(from: 0, to: rows.count, by: max(1, shown.count)).map { index in
            let target = SitePath.query(path, [("section", section), ("row", rows[index].name)])
            return "<li><a href=\"\(target)\">\(visit(.row(rows[index].name)))</a></li>"
        }
        return "\(map)<nav class=\"tabs\" aria-label=\"\(visit(.seats))\"><ul>\(links)</ul></nav>"
    }

    private func html(of row: Row, _ colours: [String: Int], upTo limit: Int) -> HTML {
        let blocks: [HTML] = row.blocks.map { block in
            let seats: [HTML] = block.numbers.prefix(limit).map { seat($0, block) }
            return
                "<span class=\"g\(colours[block.grade] ?? 0)\" data-first=\"\(block.firstIndex)\" data-price=\"\(block.price)\">\(seats)</span>"
        }
        let legend = row.name.isEmpty ? visit(.seats) : visit(.row(row.name))
        let label: HTML = row.name.isEmpty ? "" : "<b aria-hidden=\"true\">\(row.name)</b>"
        return "<fieldset><legend class=\"spoken\">\(legend)</legend>\(label)\(blocks)</fieldset>"
    }

    private func seat(_ number: Int, _ block: SeatPlan.Block) -> HTML {
        guard plan.state(of: number, in: block) == .free else {
            return
                "<label><input type=checkbox name=seat value=\"\(block.name(of: number))\" disabled>\(number)</label>"
        }
        return "<label><input type=checkbox name=seat value=\"\(block.name(of: number))\">\(number)</label>"
    }
}
