/// Rows in columns, with a heading.
struct Table {
    enum Side { case left, right }

    private let sides: [Side]
    private var rows: [[String]]

    init(_ heading: [(String, Side)]) {
        sides = heading.map(\.1)
        rows = [heading.map(\.0)]
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(\.printable))
    }

    /// Each line ends in a line break.
    func text(_ style: Style) -> String {
        let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.enumerated().map { index, row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                let isLast = column == row.count - 1
                return sides[column] == .right ? padding + cell : isLast ? cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return (index == 0 ? style.paint(line, .dim) : line) + "\n"
        }.joined()
    }
}
