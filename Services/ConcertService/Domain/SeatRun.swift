/// Seats side by side in one row.
package struct SeatRun: Hashable, Sendable {
    package let section: String
    package let row: String
    package let numbers: ClosedRange<Int>

    package init(section: String, row: String, first: Int, last: Int) throws(ConcertRefusal) {
        guard SeatLabel.isSection(section) else {
            throw .invalid(
                "section", "must have at most \(SeatLabel.maximumSectionLength) bytes, without hyphen or comma")
        }
        guard SeatLabel.isRow(row) else {
            throw .invalid("row", "must have at most \(SeatLabel.maximumRowLength) bytes, without hyphen or comma")
        }
        guard section.isEmpty || !row.isEmpty else {
            throw .invalid("row", "is missing: set the row of section \(section)")
        }
        guard SeatLabel.numbers.contains(first), SeatLabel.numbers.contains(last), first <= last else {
            throw .invalid(
                "first_number",
                "and last_number must be 1 to 99999, first_number at most last_number; got \(first) and \(last)")
        }
        self.section = section
        self.row = row
        numbers = first...last
    }

    /// A run of existing seats in one row.
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

/// Seats with one grade and price that an operator puts on sale.
package struct Offer: Hashable, Sendable {
    package static let maximumGradeLength = 32
    /// Keeps the total price of a reservation below the maximum of Int64.
    package static let maximumPrice: Int64 = 1_000_000_000_000

    package let seats: SeatRun
    package let grade: String
    package let price: Int64

    package init(_ seats: SeatRun, grade: String, price: Int64) throws(ConcertRefusal) {
        guard (1...Self.maximumGradeLength).contains(grade.utf8.count) else {
            throw .invalid("grade", "must have 1 to \(Self.maximumGradeLength) bytes; got \(grade.utf8.count)")
        }
        guard (0...Self.maximumPrice).contains(price) else {
            throw .invalid("price", "must be 0 to \(Self.maximumPrice) minor units; got \(price)")
        }
        self.seats = seats
        self.grade = grade
        self.price = price
    }
}
