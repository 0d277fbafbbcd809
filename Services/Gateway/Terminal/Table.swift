import CommandLine

/// Rows in aligned columns, below a heading.
struct Table {
    /// The alignment of a column. `wrapped` is left-aligned, and long cells are broken between words.
    enum Kind { case left, right, wrapped }

    private let kinds: [Kind]
    private var rows: [[String]]

    init(_ heading: [(String, Kind)]) {
        kinds = heading.map(\.1)
        rows = [heading.map(\.0)]
    }

    /// A table with one row of cells per element.
    init<Element>(_ heading: [(String, Kind)], _ elements: [Element], _ row: (Element) -> [String]) {
        self.init(heading)
        for element in elements { add(row(element)) }
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(\.printable))
    }

    /// The table, wrapped to the width of the terminal. Without a terminal each row is one line.
    func text(_ console: Console) -> String {
        text(console.style, columns: console.isTerminal ? console.columns : .max)
    }

    /// The table with a line break after each line. Cells of wrapped columns are broken if a row exceeds `columns`.
    func text(_ style: Style, columns: Int = .max) -> String {
        let widths = widths(within: columns)
        return rows.enumerated().map { index, row in
            let cells = zip(row, widths).map { cell, width in
                cell.wrapped(to: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            return (0..<(cells.map(\.count).max() ?? 0)).map { number in
                let line = self.line(cells.map { number < $0.count ? $0[number] : "" }, widths)
                return (index == 0 ? style.paint(line, .dim) : line) + "\n"
            }.joined()
        }.joined()
    }

    /// The widths of the columns. Narrows the widest wrapped column until the row fits or each has one word per line.
    private func widths(within columns: Int) -> [Int] {
        func widest(_ column: Int, _ count: (String) -> Int) -> Int { rows.map { count($0[column]) }.max() ?? 0 }
        var widths = kinds.indices.map { widest($0, \.count) }
        let words = kinds.indices.map { widest($0) { $0.split(separator: " ").map(\.count).max() ?? 0 } }
        while widths.reduce(0, +) + Self.gap.count * (widths.count - 1) > columns {
            let narrowable = widths.indices.filter { kinds[$0] == .wrapped && widths[$0] > words[$0] }
            guard let column = narrowable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[column] -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            return kinds[column] == .right ? padding + cell : cell + padding
        }
        let line = padded.joined(separator: Self.gap)
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static let gap = "  "
}
