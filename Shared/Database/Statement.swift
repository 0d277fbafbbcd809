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
        /// Appends the number that stands for the case in a column. Partial indexes match only numbers in the text.
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
@usableFromInline
package struct KeyedStatement: Sendable {
    private static let sizes = [1, 2, 4, 8, 16]

    private let statements: [(size: Int, statement: Statement)]

    /// `sql` receives the parameters of the keys, for `in (…)`. They follow `count` others.
    package init(after count: Int, _ sql: (SQL) -> SQL) {
        statements = Self.sizes.map { ($0, Statement(stringLiteral: sql("\(count + 1...count + $0)").text)) }
    }

    /// Returns the smallest statement that takes `count` keys, or the largest one.
    func fitting(_ count: Int) -> (size: Int, statement: Statement) {
        statements.first { $0.size >= count } ?? statements.last!
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
