import Threads

/// The text of a statement, composed from literals, other SQL and the values of enums. It cannot contain input.
@usableFromInline
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    let text: String

    @usableFromInline
    package init(stringLiteral text: String) {
        self.text = text
    }

    @usableFromInline
    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Returns the text of `item` for each number, separated by commas.
    package static func list(_ numbers: some Sequence<Int>, _ item: (Int) -> SQL) -> SQL {
        SQL(stringLiteral: numbers.map { item($0).text }.joined(separator: ", "))
    }

    @usableFromInline
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        @usableFromInline
        package init(literalCapacity: Int, interpolationCount: Int) {}

        @usableFromInline
        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ sql: SQL) { text += sql.text }
        package mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
        /// Appends `$1, $2, $3` for `1...3`.
        package mutating func appendInterpolation(_ parameters: ClosedRange<Int>) {
            text += parameters.map { "$\($0)" }.joined(separator: ", ")
        }
        /// Appends the number that a column stores for the case. Partial indexes match only numbers in the text.
        package mutating func appendInterpolation<Case: RawRepresentable>(_ value: Case)
        where Case.RawValue: FixedWidthInteger {
            text += "\(value.rawValue)"
        }
    }
}

/// A statement, kept in a static property. Equal texts have one `id`, the index in the caches of the connections.
@usableFromInline
package final class Statement: Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
    private static let ids = Lock<[String: Int]>([:])

    let text: String
    let id: Int
    /// True for an insert from a select. Engines that distribute tables count the selected rows, not the inserted ones.
    let insertsSelection: Bool

    @usableFromInline
    package init(stringLiteral text: String) {
        self.text = text
        insertsSelection = text.hasPrefix("insert ") && text.contains("select ")
        id = Self.ids.withLock { ids in
            let id = ids[text] ?? ids.count
            ids[text] = id
            return id
        }
    }

    @usableFromInline
    package convenience init(stringInterpolation: SQL.StringInterpolation) {
        self.init(stringLiteral: stringInterpolation.text)
    }

    @usableFromInline package var description: String { text }
}

/// A query for the rows of several keys, as one statement for each of `sizes`. The keys are the last parameters.
///
/// Each key has its own `select`, because engines guess the plan of a list. On a small table they may read all rows
/// with the same first columns. PostgreSQL keeps such a plan while the table grows.
@usableFromInline
package struct KeyedStatement: Sendable {
    private let sizes: StatementSizes

    /// `sql` receives the parameter of the key. It follows `count` others.
    package init(after count: Int, _ sql: (SQL) -> SQL) {
        sizes = StatementSizes(upTo: 16) { size in
            (1...size).map { sql("$\(count + $0)").text }.joined(separator: " union all ")
        }
    }

    /// Returns the statements for `count` keys, each with the indexes of its keys.
    @usableFromInline
    func parts(_ count: Int) -> [(items: Range<Int>, statement: Statement)] { sizes.parts(count) }
}

/// An insert of several rows, as one statement for each of its sizes. The values of the rows are the last parameters.
@usableFromInline
package struct RowsStatement: Sendable {
    private let sizes: StatementSizes

    /// `sql` receives the rows, for `values …`. `row` receives the `width` parameters of a row, and returns its values in
    /// parentheses. They follow `count` others.
    package init(after count: Int = 0, width: Int, row: (ClosedRange<Int>) -> SQL, _ sql: (SQL) -> SQL) {
        sizes = StatementSizes(upTo: 64) { size in
            let rows = SQL.list(0..<size) { number in
                row(count + number * width + 1...count + (number + 1) * width)
            }
            return sql(rows).text
        }
    }

    /// Returns the statements for `count` rows, each with the indexes of its rows.
    @usableFromInline
    func parts(_ count: Int) -> [(items: Range<Int>, statement: Statement)] { sizes.parts(count) }
}

/// Statements for 1, 2, 4, 8, … items.
private struct StatementSizes: Sendable {
    private let statements: [(size: Int, statement: Statement)]

    init(upTo largest: Int, _ text: (Int) -> String) {
        let sizes = sequence(first: largest) { $0 > 1 ? $0 / 2 : nil }
        statements = sizes.map { ($0, Statement(stringLiteral: text($0))) }
    }

    func parts(_ count: Int) -> [(items: Range<Int>, statement: Statement)] {
        var parts: [(items: Range<Int>, statement: Statement)] = []
        var start = 0
        while let (size, statement) = statements.first(where: { $0.size <= count - start }) {
            parts.append((start..<start + size, statement))
            start += size
        }
        return parts
    }
}

/// The prepared statements of one connection, by the id of their statement.
struct StatementCache<Prepared> {
    private(set) var all: [Prepared?] = []

    subscript(statement: Statement) -> Prepared? {
        get { statement.id < all.count ? all[statement.id] : nil }
        set {
            while all.count <= statement.id { all.append(nil) }
            all[statement.id] = newValue
        }
    }
}
