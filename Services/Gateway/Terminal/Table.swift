import CommandLine

/// Rows in aligned columns, below a heading.
struct Table {
    /// The title of a column and its alignment. A title without more is left-aligned.
    enum Column: ExpressibleByStringLiteral {
        case left(String)
        case right(String)
        /// Left-aligned, and the first to be broken between words if a row does not fit.
        case wrapped(String)

        init(stringLiteral title: String) { self = .left(title) }

        var title: String {
            switch self {
            case .left(let title), .right(let title), .wrapped(let title): title
            }
        }
    }

    private let columns: [Column]
    private let rows: [[String]]

    init<Element>(_ columns: [Column], _ elements: [Element], _ row: (Element) -> [String]) {
        self.columns = columns
        rows = [columns.map(\.title)] + elements.map { row($0).map(\.printable) }
    }

    /// The table, wrapped to the width of the terminal. Without a terminal each row is one line.
    func text(_ console: Console, hasHeading: Bool = true) -> String {
        text(console.style, columns: console.isTerminal ? console.columns : .max, hasHeading: hasHeading)
    }

    /// The table with a line break after each line. If its rows exceed `columns`, cells are broken between words. If
    /// they still do, each cell is a line with its title.
    func text(_ style: Style, columns: Int = .max, hasHeading: Bool = true) -> String {
        guard let widths = widths(within: columns) else { return records(style, columns: columns) }
        return rows.enumerated().dropFirst(hasHeading ? 0 : 1).map { index, row in
            let cells = zip(row, widths).map { cell, width in
                cell.wrapped(to: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            return (0..<(cells.map(\.count).max() ?? 0)).map { number in
                let line = self.line(cells.map { number < $0.count ? $0[number] : "" }, widths)
                return (index == 0 ? style.paint(line, .dim) : line) + "\n"
            }.joined()
        }.joined()
    }

    /// The widths of the columns, narrowed until a row fits. Nil if it does not fit with one word per line.
    private func widths(within available: Int) -> [Int]? {
        func widest(_ column: Int, _ cells: (String) -> Int) -> Int { rows.map { cells($0[column]) }.max() ?? 0 }
        var widths = columns.indices.map { widest($0, \.cells) }
        let words = columns.indices.map { widest($0) { $0.split(separator: " ").map(\.cells).max() ?? 0 } }
        while widths.reduce(0, +) + Self.gap.count * (widths.count - 1) > available {
            let narrowable = widths.indices.filter { widths[$0] > words[$0] }
            let first = narrowable.filter { if case .wrapped = columns[$0] { true } else { false } }
            let next = first.isEmpty ? narrowable : first
            guard let column = next.max(by: { widths[$0] < widths[$1] }) else { return nil }
            widths[column] -= 1
        }
        return widths
    }

    /// Each row as a block of lines, one per cell that is not empty.
    private func records(_ style: Style, columns: Int) -> String {
        let titles = self.columns.map(\.title)
        let width = titles.map(\.cells).max() ?? 0
        let margin = String(repeating: " ", count: width + Self.gap.count)
        return rows.dropFirst().map { row in
            zip(titles, row).filter { !$1.isEmpty }.map { title, cell in
                let lines = cell.wrapped(to: max(1, columns - margin.count)).replacing("\n", with: "\n\(margin)")
                let padding = String(repeating: " ", count: width - title.cells)
                return "\(style.paint(title, .dim))\(padding)\(Self.gap)\(lines)\n"
            }.joined()
        }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.cells))
            if case .right = columns[column] { return padding + cell }
            return cell + padding
        }
        return padded.joined(separator: Self.gap).replacing(/\ +$/, with: "")
    }

    private static let gap = "  "
}
