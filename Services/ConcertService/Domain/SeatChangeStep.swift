import Kernel

extension SeatChange {
    /// What is to be done with one seat.
    package enum Step: Equatable, Sendable {
        case insert(Seat)
        case offer(Seat, was: Seat)
        case claim(Seat, was: Seat)
        /// It is as it is wanted already.
        case nothing
        /// Its state does not allow it.
        case keep
    }

    /// Changes touch free seats only; what is held, sold or blocked stays as it is.
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
