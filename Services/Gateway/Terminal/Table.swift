import CommandLine

/// Rows in aligned columns, below a heading.
struct Table {
    /// The title of a column and its alignment. A title without more is left-aligned.
    enum Column: ExpressibleByStringLiteral {
        case left(String)
        case right(String)
        /// Left-aligned. Long cells are broken between words.
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
    private func widths(within available: Int) -> [Int] {
        func widest(_ column: Int, _ count: (String) -> Int) -> Int { rows.map { count($0[column]) }.max() ?? 0 }
        var widths = columns.indices.map { widest($0, \.count) }
        let words = columns.indices.map { widest($0) { $0.split(separator: " ").map(\.count).max() ?? 0 } }
        while widths.reduce(0, +) + Self.gap.count * (widths.count - 1) > available {
            let narrowable = widths.indices.filter { index in
                if case .wrapped = columns[index] { widths[index] > words[index] } else { false }
            }
            guard let column = narrowable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[column] -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            if case .right = columns[column] { return padding + cell }
            return cell + padding
        }
        return padded.joined(separator: Self.gap).replacing(/\ +$/, with: "")
    }

    private static let gap = "  "
}

/// Paints text with ANSI colours, or leaves it plain.
struct Style: Sendable {
    enum Colour: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
    }

    let isColoured: Bool

    static let plain = Style(isColoured: false)
    static let coloured = Style(isColoured: true)

    func paint(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour, !text.isEmpty else { return text }
        return "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m"
    }
}

extension StringProtocol {
    /// The text without the white space around it.
    var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

extension String {
    /// The text with `?` in place of control characters, because texts of other users must not control the terminal.
    var printable: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            text.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return text
    }
}
