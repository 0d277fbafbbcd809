import Kernel

extension SeatChange {
    /// The change of one seat.
    package enum Step: Equatable, Sendable {
        case insert(Seat)
        case offer(Seat, was: Seat)
        case claim(Seat, was: Seat)
        /// The seat is already as requested.
        case nothing
        /// The state of the seat does not allow the change.
        case keep
    }

    /// Returns the step for one seat. Held and sold seats never change, and blocked seats can only be unblocked.
    package func step(for wanted: Seat, found: Seat?, now: Timestamp) -> Step {
        guard let found else { return kind == .set ? .insert(wanted) : .keep }
        var seat = found
        switch (kind, found.claim(at: now)) {
        case (.set, .free):
            seat = Seat(found.label, grade: wanted.grade, price: wanted.price, claim: found.claim)
            return seat == found ? .nothing : .offer(seat, was: found)
        case (.block, .free):
            seat.block(reason: reason, now: now)
            return .claim(seat, was: found)
        case (.block, .blocked(reason)): return .nothing
        case (.unblock, .blocked):
            seat.unblock()
            return .claim(seat, was: found)
        case (.unblock, .free): return .nothing
        default: return .keep
        }
    }
}
