/// Seats side by side: numbers of one row.
package struct SeatRun: Hashable, Sendable {
    package let section: String
    package let row: String
    package let numbers: ClosedRange<Int>

    package init(section: String, row: String, first: Int, last: Int) throws(ConcertRefusal) {
        guard SeatLabel.isSection(section) else {
            throw .invalid("section", "has at most \(SeatLabel.longestSection) bytes, without hyphen and comma")
        }
        guard SeatLabel.isRow(row) else {
            throw .invalid("row", "has at most \(SeatLabel.longestRow) bytes, without hyphen and comma")
        }
        guard section.isEmpty || !row.isEmpty else {
            throw .invalid("row", "is missing: section \(section) needs rows")
        }
        guard SeatLabel.numbers.contains(first), SeatLabel.numbers.contains(last), first <= last else {
            throw .invalid(
                "first_number",
                "and last_number are 1 to 99999, the last not below the first; got \(first) and \(last)")
        }
        self.section = section
        self.row = row
        numbers = first...last
    }

    /// Of seats that are there, in one row.
    init(from first: SeatLabel.Parts, to last: SeatLabel.Parts) {
        section = String(first.section)
        row = String(first.row)
        numbers = first.number...last.number
    }

    package var count: Int { numbers.count }

    package var labels: [SeatLabel] {
        numbers.map { SeatLabel(section: section, row: row, number: $0) }
    }
}

/// Seats of one grade and price, as an operator puts them on sale.
package struct Offer: Hashable, Sendable {
    package static let longestGrade = 32
    /// So that the price of a whole reservation can always be counted.
    package static let highestPrice: Int64 = 1_000_000_000_000

    package let seats: SeatRun
    package let grade: String
    package let price: Int64

    package init(_ seats: SeatRun, grade: String, price: Int64) throws(ConcertRefusal) {
        guard (1...Self.longestGrade).contains(grade.utf8.count) else {
            throw .invalid("grade", "has 1 to \(Self.longestGrade) bytes")
        }
        guard (0...Self.highestPrice).contains(price) else {
            throw .invalid("price", "is 0 to \(Self.highestPrice) minor units")
        }
        self.seats = seats
        self.grade = grade
        self.price = price
    }
}
