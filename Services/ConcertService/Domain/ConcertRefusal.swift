import Kernel

/// The domain says no. A refused call changes nothing.
package enum ConcertRefusal: Error, Equatable {
    /// A reason of the contract. The sentence replaces that of the contract, to name a value such as a time.
    case because(Reason, String? = nil)
    /// A field, and the rule that its value breaks, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    /// The failure lists the state of each seat.
    case seatsTaken([SeatConflict])
    /// The refund is less than the caller accepts. The failure has its amount.
    case refundChanged(Refund)
}

// Refusals of several places, with one sentence each.
extension ConcertRefusal {
    package static func nameTaken(_ name: String) -> ConcertRefusal {
        .because(.nameTaken, "the name “\(name)” is taken: choose another one")
    }

    package static func seatUnknown(_ seat: SeatLabel) -> ConcertRefusal {
        .because(.seatUnknown, "there is no seat \(seat) on this date")
    }

    package static func noSeatsTogether(_ count: Int, grade: String) -> ConcertRefusal {
        let grade = Excerpt.of(grade)
        return .because(
            .noSeatsTogether,
            count == 1
                ? "no seat of grade “\(grade)” is free: choose another grade or date, or try again later, because holds end"
                : "no \(count) seats of grade “\(grade)” are free together: request fewer seats or another grade")
    }

    package static func passRefused(_ reason: String) -> ConcertRefusal {
        .because(.passRefused, "the pass was rejected: \(reason). Renew your place to get a new one")
    }
}
