import CommandLine
import Journeys
import Kernel

/// A map of the hall in text. A free seat is the letter of its grade, and a taken seat is a dot.
///
/// If a row is too wide, the map first omits the spaces between seats. Then it draws several seats as one letter.
struct SeatMap {
    private static let colours: [Style.Colour] = [.yellow, .cyan, .green, .magenta, .blue, .red]
    private static let taken: Character = "·"
    private static let blocked: Character = "x"

    let plan: SeatPlan
    let style: Style
    let columns: Int
    private let letters: [String: (letter: Character, colour: Style.Colour)]

    init(_ plan: SeatPlan, style: Style, columns: Int) {
        self.plan = plan
        self.style = style
        self.columns = columns
        letters = Dictionary(
            uniqueKeysWithValues: plan.grades.enumerated().map { index, grade in
                (grade.name, (grade.letter, Self.colours[index % Self.colours.count]))
            })
    }

    /// The map of the hall or of one section, with a legend.
    func text(section: String? = nil) -> String {
        let sections = plan.sections.filter { section == nil || $0 == section }
        return sections.map { draw($0) }.joined(separator: "\n") + "\n" + legend
    }

    private func draw(_ section: String) -> String {
        let blocks = plan.only(section)
        let rows = rows(of: blocks)
        let margin = (rows.map(\.name.cells).max() ?? 0) + 3
        let first = blocks.map(\.numbers.lowerBound).min() ?? 1
        let last = blocks.map(\.numbers.upperBound).max() ?? 1
        let count = last - first + 1
        let width = max(1, columns - margin)
        let hasGaps = count * 2 - 1 <= width
        let seatsPerLetter = hasGaps ? 1 : (count + width - 1) / width
        let lines = rows.map { row in
            let name = String(repeating: " ", count: margin - 2 - row.name.cells) + row.name
            let cells = stride(from: first, through: last, by: seatsPerLetter).map { start in
                cell(row.blocks, start...min(last, start + seatsPerLetter - 1))
            }
            return style.paint(name.printable, .dim) + "  " + cells.joined(separator: hasGaps ? " " : "")
        }
        let title = section.isEmpty ? "Seats \(first) to \(last)" : "\(section), seats \(first) to \(last)"
        let note = seatsPerLetter > 1 ? " (one letter for \(seatsPerLetter) seats, lower case if some are taken)" : ""
        let ruler = ruler(first...last, columnsPerSeat: hasGaps ? 2 : 1, seatsPerLetter, width)
        let numbers = String(repeating: " ", count: margin) + ruler
        return ([style.paint(title.printable, .bold) + note, style.paint(numbers, .dim)] + lines)
            .map { $0 + "\n" }.joined()
    }

    private static let steps = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]

    /// The line of seat numbers. Each number starts above its seat, and the step is the smallest that fits.
    private func ruler(_ numbers: ClosedRange<Int>, columnsPerSeat: Int, _ seatsPerLetter: Int, _ width: Int) -> String
    {
        let widest = "\(numbers.upperBound)".count + 1
        let step =
            Self.steps.first { $0 / seatsPerLetter * columnsPerSeat >= widest } ?? Self.steps[Self.steps.count - 1]
        var ruler = "\(numbers.lowerBound)"
        for number in numbers where number % step == 0 {
            let column = (number - numbers.lowerBound) / seatsPerLetter * columnsPerSeat
            guard column > ruler.count, column + "\(number)".count <= width else { continue }
            ruler += String(repeating: " ", count: column - ruler.count) + "\(number)"
        }
        return ruler
    }

    private func rows(of blocks: [SeatPlan.Block]) -> [(name: String, blocks: [SeatPlan.Block])] {
        var rows: [(name: String, blocks: [SeatPlan.Block])] = []
        for block in blocks {
            if rows.last?.name == block.row {
                rows[rows.count - 1].blocks.append(block)
            } else {
                rows.append((block.row, [block]))
            }
        }
        return rows
    }

    /// The letter of one or several seats.
    private func cell(_ blocks: [SeatPlan.Block], _ numbers: ClosedRange<Int>) -> String {
        var states: [SeatPlan.State] = []
        var grade = ""
        for block in blocks where block.numbers.overlaps(numbers) {
            for number in block.numbers.clamped(to: numbers) {
                let state = plan.state(of: number, in: block)
                if state == .free, grade.isEmpty { grade = block.grade }
                states.append(state)
            }
        }
        if states.isEmpty { return " " }
        if let symbol = letters[grade] {
            let areAllFree = states.allSatisfy { $0 == .free }
            return style.paint(areAllFree ? String(symbol.letter) : symbol.letter.lowercased(), symbol.colour)
        }
        return style.paint(String(states.allSatisfy { $0 == .blocked } ? Self.blocked : Self.taken), .dim)
    }

    private var legend: String {
        let lines = plan.grades.map { grade in
            let symbol = letters[grade.name]
            let lowest = Money.text(grade.lowestPrice, plan.currency)
            let price =
                grade.lowestPrice == grade.highestPrice
                ? lowest : "\(lowest) to \(Money.text(grade.highestPrice, plan.currency))"
            let letter = style.paint(String(grade.letter), symbol?.colour)
            return "\(letter)  \(grade.name.printable), \(price), \(grade.free) free\n"
        }
        return lines.joined() + "\(Self.taken)  taken   \(Self.blocked)  not for sale\n"
    }
}
