import Kernel

/// The rows of one kind, in the order of their keys, and their two forms.
struct Export<Row: Sendable>: Sendable {
    /// One page of rows, and the key after which the next page begins. Nil after the last page.
    struct Page: Sendable {
        let rows: [Row]
        let next: [String]?
    }

    let headings: [String]
    /// One text below each heading. The first ones are the key.
    let cells: @Sendable (Row) -> [String]
    let keyCount: Int
    /// An object whose first members are the key.
    let json: @Sendable (Row) -> JSON
    /// The page after a key. The first page if the key is empty.
    let page: @Sendable (_ after: [String]) async throws -> Page

    var heading: String { CSV.record(headings) + Self.lineEnd }

    func text(of page: Page, asJSON: Bool) -> String {
        page.rows.map { row in
            asJSON ? json(row).text + "\n" : CSV.record(cells(row)) + Self.lineEnd
        }.joined()
    }

    /// The key of a line: ids, which stand first in both forms.
    func key(ofLine line: String) -> [String]? {
        let ids = line.matches(of: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/).prefix(keyCount)
        return ids.count == keyCount ? ids.map { String($0.output) } : nil
    }

    private static var lineEnd: String { "\r\n" }
}
