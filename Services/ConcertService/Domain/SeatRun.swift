import Kernel

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
        guard first <= last else {
            throw .invalid("first_number", "must be at most last_number, here \(last); got \(first)")
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
    package let seats: SeatRun
    package let grade: String
    package let price: Int64

    /// The names must show as they are. Seats of earlier versions may have others, and keep them.
    package init(_ seats: SeatRun, grade: String, price: Int64) throws(ConcertRefusal) {
        for (field, name) in [("section", seats.section), ("row", seats.row)] where !name.isPlainLine {
            throw .invalid(field, "must be \(String.ruleOfPlainLines)")
        }
        self.seats = seats
        self.grade = grade
        self.price = price
    }
}
