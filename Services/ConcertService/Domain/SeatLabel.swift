import Kernel

/// The name of a seat: `A-12-7` is section A, row 12, number 7; `12-7` has no section; `7` is only a number. It is part
/// of the seat's key and is printed on its ticket.
///
/// Labels are equal if their bytes are equal, as in the databases. `é` written as one code point and as two code points
/// makes two labels.
package struct SeatLabel: Hashable, Sendable {
    package static let maximumSectionLength = 16
    package static let maximumRowLength = 8
    package static let numbers = 1...99_999

    package let text: String

    /// Omits empty parts. A section needs a row.
    package init(section: String, row: String, number: Int) {
        text = section.isEmpty ? (row.isEmpty ? "\(number)" : "\(row)-\(number)") : "\(section)-\(row)-\(number)"
    }

    package init(stored text: String) {
        self.text = text
    }

    package static func == (a: SeatLabel, b: SeatLabel) -> Bool {
        a.text.hasSameBytes(as: b.text)
    }

    package var parts: Parts {
        let parts = Self.split(text)
        return Parts(
            section: parts.count == 3 ? parts[0] : "", row: parts.count > 1 ? parts[parts.count - 2] : "",
            number: Int(parts[parts.count - 1]) ?? 0)
    }

    /// Splits at bytes: characters are slower to find, and a hyphen before a combining mark would not separate.
    private static func split(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { Substring($0) }
    }

    static func isSection(_ text: some StringProtocol) -> Bool { isName(text, atMost: maximumSectionLength) }
    static func isRow(_ text: some StringProtocol) -> Bool { isName(text, atMost: maximumRowLength) }

    private static func isName(_ text: some StringProtocol, atMost bytes: Int) -> Bool {
        text.utf8.count <= bytes && text.first != " " && text.last != " "
            && text.utf8.allSatisfy { $0 >= UInt8(ascii: " ") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ",") }
    }
}

extension SeatLabel: LosslessStringConvertible {
    /// Nil if the text is not the name of a seat, such as `A-7-` or `7-0`.
    package init?(_ text: String) {
        let parts = Self.split(text)
        guard (1...3).contains(parts.count), let number = Int(parts[parts.count - 1]),
            Self.numbers.contains(number), String(number) == parts[parts.count - 1],
            parts.count < 2 || (Self.isRow(parts[parts.count - 2]) && !parts[parts.count - 2].isEmpty),
            parts.count < 3 || (Self.isSection(parts[0]) && !parts[0].isEmpty)
        else { return nil }
        self.text = text
    }

    package var description: String { text }
}

extension SeatLabel: Comparable {
    /// The lock order of seats. Every transaction locks seats in this order.
    package static func < (a: SeatLabel, b: SeatLabel) -> Bool { a.text.bytesPrecede(b.text) }
}

extension SeatLabel {
    /// The parts of a label, in the order in which people count: row 2 before row 10.
    package struct Parts: Comparable {
        package let section: Substring
        package let row: Substring
        package let number: Int

        package static func == (a: Parts, b: Parts) -> Bool { a.number == b.number && a.isInRow(of: b) }

        package static func < (a: Parts, b: Parts) -> Bool {
            if !isSame(a.section, b.section) { return precedes(a.section, b.section) }
            if !isSame(a.row, b.row) { return precedes(a.row, b.row) }
            return a.number < b.number
        }

        func isInRow(of other: Parts) -> Bool {
            Self.isSame(section, other.section) && Self.isSame(row, other.row)
        }

        private static func isSame(_ a: Substring, _ b: Substring) -> Bool { a.utf8.elementsEqual(b.utf8) }

        private static func precedes(_ a: Substring, _ b: Substring) -> Bool {
            let (first, second) = (rank(of: a), rank(of: b))
            return first == second ? a.utf8.lexicographicallyPrecedes(b.utf8) : first < second
        }

        /// Orders by kind: empty, numbers, letters (AA follows Z), and names.
        private static func rank(of text: Substring) -> (kind: Int, size: Int) {
            if text.isEmpty { return (0, 0) }
            if let number = Int(text) { return (1, number) }
            if isLetters(text) { return (2, text.utf8.count) }
            return (3, 0)
        }

        private static func isLetters(_ text: Substring) -> Bool {
            (1...2).contains(text.utf8.count) && text.utf8.allSatisfy(\.isUppercaseLetter)
        }
    }
}
