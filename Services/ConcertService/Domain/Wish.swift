import Kernel

/// Which seats a user asks for.
package enum Wish: Equatable, Sendable {
    /// In the order in which they are locked, none twice.
    case seats([SeatLabel])
    /// Chosen by the service: so many of one grade, together.
    case best(Int, grade: String)

    package init(names: [String]) throws(ConcertRefusal) {
        guard !names.isEmpty else { throw .invalid("seats", "names at least one seat") }
        guard names.count <= Schedule.Settings.seatsPerUser.upperBound else {
            throw .invalid("seats", "names at most \(Schedule.Settings.seatsPerUser.upperBound) seats")
        }
        var labels: [SeatLabel] = []
        for name in names {
            guard let label = SeatLabel(name) else {
                throw .invalid(
                    "seats", "has “\(Excerpt.of(name))”, which is no seat; seats are named as A-12-7, 12-7 or 7")
            }
            labels.append(label)
        }
        labels.sort()
        for (label, next) in zip(labels, labels.dropFirst()) where label == next {
            throw .invalid("seats", "names \(label) twice")
        }
        self = .seats(labels)
    }

    package init(best count: Int, grade: String) throws(ConcertRefusal) {
        guard Schedule.Settings.seatsPerUser.contains(count) else {
            throw .invalid("best.count", "is 1 to \(Schedule.Settings.seatsPerUser.upperBound); got \(count)")
        }
        guard !grade.isEmpty else { throw .invalid("best.grade", "is missing") }
        self = .best(count, grade: grade)
    }

    package var bestOf: String? {
        if case .best(_, let grade) = self { grade } else { nil }
    }
}
