import Kernel

/// Reads the seats that a user types: `Stalls-12-7 Stalls-12-8`, `Stalls-12-7..9`, `upper circle-3-4`.
package enum SeatText {
    /// Longer ranges stay as they are, and no seat has their name.
    private static let maximumRange = 1000

    /// The names with each range replaced by its seats.
    package static func expanded(_ names: [String]) -> [String] { names.flatMap { seats(of: $0) } }

    /// The seats of a range, or the name itself.
    static func seats(of name: String) -> [String] {
        guard let parts = name.wholeMatch(of: /(.*?)([0-9]{1,5})\.\.([0-9]{1,5})/)?.output, let first = Int(parts.2),
            let last = Int(parts.3), first <= last, last - first < maximumRange
        else { return [name] }
        return (first...last).map { "\(parts.1)\($0)" }
    }

    /// The names in the order of rows and numbers, such as `Stalls-7-9, Stalls-7-10`. The services order them by their letters.
    package static func list(_ names: [String]) -> String { sorted(names).joined(separator: ", ") }

    package static func sorted(_ names: [String]) -> [String] {
        func key(_ name: String) -> String {
            name.replacing(/[0-9]+/) { String(repeating: "0", count: max(0, 10 - $0.output.count)) + $0.output }
        }
        return names.sorted { key($0) < key($1) }
    }

    /// True if both name the same seats.
    static func areSame(_ a: [String], _ b: [String]) -> Bool {
        Set(a.map { $0.lowercased() }) == Set(b.map { $0.lowercased() })
    }
}

extension SeatPlan {
    /// The names on the map of the seats that a text lists. Commas and spaces separate them, and names may contain spaces.
    /// Upper and lower case mean the same. Throws the first name that is no seat.
    package func seats(named text: String) throws(JourneyError) -> [String] {
        let names = Dictionary(
            blocks.flatMap { block in block.numbers.map(block.name) }.map { ($0.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first })
        let longest = (sections.map { $0.split(separator: " ").count }.max() ?? 1) + 1
        var found: [String] = []
        for part in text.split(separator: ",") {
            var words = part.split(separator: " ")[...]
            while !words.isEmpty {
                let match = (1...longest).reversed().lazy.compactMap { count -> (Int, [String])? in
                    let seats = SeatText.seats(of: words.prefix(count).joined(separator: " ").lowercased())
                    let known = seats.compactMap { names[$0] }
                    return count <= words.count && known.count == seats.count ? (count, known) : nil
                }.first
                guard let (count, seats) = match else { throw unknown(words) }
                found += seats
                words = words.dropFirst(count)
            }
        }
        return found
    }

    /// The error for words that begin with no seat. It suggests a seat of the nearest row.
    private func unknown(_ words: ArraySlice<Substring>) -> JourneyError {
        let end = words.firstIndex { $0.last?.isNumber ?? false } ?? words.startIndex
        let name = words[...end].joined(separator: " ")
        guard let number = name.split(separator: "-").last, name.count > number.count else {
            return .unknownSeat(name, nearest: nil)
        }
        var rows: [String: Block] = [:]
        for block in blocks {
            let row = String(block.name(of: 0).dropLast(2))
            let isNearer = Int(number).map(block.numbers.contains) ?? false
            if rows[row.lowercased()] == nil || isNearer { rows[row.lowercased()] = block }
        }
        let row = name.dropLast(number.count + 1).lowercased()
        guard let block = rows[row] ?? row.nearest(among: Array(rows.keys)).flatMap({ rows[$0] }) else {
            return .unknownSeat(name, nearest: nil)
        }
        let bounds = block.numbers
        let seat = min(max(Int(number) ?? bounds.lowerBound, bounds.lowerBound), bounds.upperBound)
        return .unknownSeat(name, nearest: block.name(of: seat))
    }
}
