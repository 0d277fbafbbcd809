import Kernel

package enum Cancelling {}
/// The request that cancels a date.
package typealias CancellationID = ID<Cancelling>

/// The cancellation of a date. It blocks one seat after the other, and ends what is held or sold with it.
package struct DateCancellation: Hashable, Sendable {
    package let id: CancellationID
    /// The reason that buyers read.
    package let reason: String
    package let at: Timestamp

    package init(_ id: CancellationID, reason: String, at: Timestamp) {
        self.id = id
        self.reason = reason
        self.at = at
    }

    /// The reason that users read who request a seat.
    package var blockReason: String { "date cancelled: \(reason)" }

    /// Blocks a seat. Returns nil if it is blocked by this cancellation.
    package func blocking(_ seat: Seat) -> Seat? {
        let blocked = Seat(seat.label, grade: seat.grade, price: seat.price, claim: .blocked(reason: blockReason))
        return blocked == seat ? nil : blocked
    }
}

extension Schedule {
    /// The code that an operator repeats to cancel this version of the date.
    package var confirmation: String {
        let digits = String(
            UInt64(bitPattern: Fingerprint([id.digits, "\(version)"]).value), radix: 36, uppercase: true)
        return String(digits.suffix(6))
    }

    /// Cancels the date. Returns false if the same request has already cancelled it.
    package mutating func cancel(
        _ cancellation: DateCancellation, confirmedBy code: String
    ) throws(ConcertRefusal) -> Bool {
        if let earlier = self.cancellation, earlier.id == cancellation.id {
            guard earlier.reason == cancellation.reason else { throw .requestIDReused }
            return false
        }
        try checkCancellation()
        guard cancellation.at < settings.endsAt else {
            throw .because(.dateOver, "the date ended at \(settings.endsAt), so it cannot be cancelled")
        }
        guard code.uppercased() == confirmation else { throw .because(.wrongConfirmation) }
        self.cancellation = cancellation
        version += 1
        changedAt = cancellation.at
        return true
    }

    package func checkCancellation() throws(ConcertRefusal) {
        guard let cancellation else { return }
        throw .because(.dateCancelled, "the date was cancelled at \(cancellation.at): \(cancellation.reason)")
    }
}
