import CommandLine
import Kernel
import Threads

/// The rows and columns of a list that the user asks for with --columns, --sort and --filter.
struct Listing: Sendable {
    private let columns: [String]?
    private let sort: String?
    private let filters: [(column: String, comparison: String, value: String)]
    let hasHeaders: Bool

    init(_ arguments: Arguments) throws(GatewayError) {
        columns = arguments[CommonFlags.columns].map(Self.parts)
        sort = arguments[CommonFlags.sort]
        hasHeaders = !(arguments[CommonFlags.noHeaders] ?? false)
        var filters: [(column: String, comparison: String, value: String)] = []
        for condition in arguments[CommonFlags.filter].map(Self.parts) ?? [] {
            guard let parts = condition.wholeMatch(of: /([^=!~]+)(!=|=|~)(.*)/)?.output else {
                throw .usage(
                    "\(CommonFlags.filter.flag) \(condition.printable) is no condition such as state=held, state!=held or "
                        + "date~moon")
            }
            filters.append((String(parts.1), String(parts.2), String(parts.3)))
        }
        self.filters = filters
    }

    private static func parts(_ text: String) -> [String] { text.split(separator: ",").map { String($0).trimmed } }

    /// The indexes of the columns to print.
    func columns(of titles: [String]) throws(GatewayError) -> [Int] {
        guard let columns else { return Array(titles.indices) }
        return try columns.map { name throws(GatewayError) in try index(of: name, in: titles) }
    }

    /// The indexes of the rows to print, in their order. Texts of times compare by their times.
    func rows(_ rows: [[String]], titles: [String], times: [String: Timestamp]) throws(GatewayError) -> [Int] {
        var order = Array(rows.indices)
        for (name, comparison, value) in filters {
            let column = try index(of: name, in: titles)
            let value = value.lowercased()
            order = order.filter { row in
                let cell = rows[row][column].lowercased()
                return comparison == "=" ? cell == value : comparison == "!=" ? cell != value : cell.contains(value)
            }
        }
        guard let sort else { return order }
        let isDescending = sort.hasPrefix("-")
        let column = try index(of: isDescending ? String(sort.dropFirst()) : sort, in: titles)
        let keys = rows.map { SortKey($0[column], times) }
        // By the index among equals, so that the order is stable.
        return order.sorted { a, b in
            if keys[a] == keys[b] { return a < b }
            return isDescending ? keys[b] < keys[a] : keys[a] < keys[b]
        }
    }

    private func index(of name: String, in titles: [String]) throws(GatewayError) -> Int {
        func plain(_ text: String) -> String { text.lowercased().replacing(" ", with: "-") }
        if let index = titles.firstIndex(where: { plain($0) == plain(name) }) { return index }
        let names = titles.map(plain)
        let hint = plain(name).nearest(among: names).map { "Did you mean \($0)?" }
        throw .usage("there is no column \(name.printable). \(hint ?? "There are \(names.joined(separator: ", "))")")
    }
}

/// Orders times by their times, numbers and amounts by their numbers, and other texts by their letters.
private enum SortKey: Comparable {
    case number(Double)
    case text(String)

    init(_ cell: String, _ times: [String: Timestamp]) {
        if let time = times[cell] {
            self = .number(Double(time.milliseconds))
        } else if let number = Double(cell.split(separator: " ").first.map(String.init) ?? "") {
            self = .number(number)
        } else {
            self = .text(cell.lowercased())
        }
    }
}

/// What a command notes while it makes a list: the times behind its texts, and an invalid column.
final class ListNotes: Sendable {
    private let state = Lock((times: [String: Timestamp](), problem: GatewayError?.none))

    var times: [String: Timestamp] { state.withLock { $0.times } }
    func add(_ time: Timestamp, as text: String) { state.withLock { $0.times[text] = time } }
    func fail(_ error: GatewayError) { state.withLock { $0.problem = error } }
    var problem: GatewayError? { state.withLock { $0.problem } }
}
