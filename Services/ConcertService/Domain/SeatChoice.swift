import Kernel

/// The seats that a user requests.
package enum SeatChoice: Equatable, Sendable {
    /// As many as the contract allows for `best.count` and `seats_per_user`.
    package static let maximumSeats = 50

    /// In lock order, none twice.
    case seats([SeatLabel])
    /// The service chooses this number of seats of one grade, together.
    case best(Int, grade: String)

    package init(names: [String]) throws(ConcertRefusal) {
        self = .seats(try Self.labels(of: names))
    }

    /// The seats of a request in lock order, none twice.
    package static func labels(of names: [String]) throws(ConcertRefusal) -> [SeatLabel] {
        guard !names.isEmpty else { throw .invalid("seats", "must name at least one seat") }
        guard names.count <= maximumSeats else {
            throw .invalid("seats", "must name at most \(maximumSeats) seats; got \(names.count)")
        }
        var labels: [SeatLabel] = []
        for name in names {
            guard let label = SeatLabel(name) else {
                throw .invalid(
                    "seats",
                    "contains “\(Excerpt.of(name))”, which is not a seat name; seat names look like A-12-7, 12-7 or 7")
            }
            labels.append(label)
        }
        labels.sort()
        for (label, next) in zip(labels, labels.dropFirst()) where label == next {
            throw .invalid("seats", "must name each seat once; got \(label) twice")
        }
        return labels
    }

    package init(best count: Int, grade: String) throws(ConcertRefusal) {
        guard !grade.isEmpty else { throw .invalid("best.grade", "is missing: set a grade of the date") }
        self = .best(count, grade: grade)
    }

    package var bestOf: String? {
        if case .best(_, let grade) = self { grade } else { nil }
    }
}
