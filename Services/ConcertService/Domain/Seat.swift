import Kernel

/// One seat of one date, and who has a claim on it.
///
///     blocked ◀──▶ free ──hold──▶ held ──sell──▶ sold
///                   ▲              │              │
///                   └─ release, or the deadline passes, or the sale is taken back
///
/// A hold past its deadline is no claim at all, so no timer has to run for a seat to become free.
package struct Seat: Equatable, Sendable {
    package enum Claim: Equatable, Sendable {
        case free
        case held(by: ReservationID, until: Timestamp)
        case sold(to: ReservationID)
        case blocked(reason: String)
    }

    package let label: SeatLabel
    package let grade: String
    package let price: Int64
    package private(set) var claim: Claim

    package init(_ label: SeatLabel, grade: String, price: Int64, claim: Claim = .free) {
        self.label = label
        self.grade = grade
        self.price = price
        self.claim = claim
    }

    package func claim(at now: Timestamp) -> Claim {
        if case .held(_, let deadline) = claim, deadline <= now { return .free }
        return claim
    }

    /// The reservation that still names the seat although its time is over.
    package func lapsedHolder(at now: Timestamp) -> ReservationID? {
        if case .held(let holder, let deadline) = claim, deadline <= now { return holder }
        return nil
    }

    package mutating func hold(for reservation: ReservationID, until deadline: Timestamp, now: Timestamp) {
        precondition(claim(at: now) == .free, "seat \(label) is held without being free")
        claim = .held(by: reservation, until: deadline)
    }

    package mutating func sell(to reservation: ReservationID) {
        guard case .held(reservation, _) = claim else { preconditionFailure("seat \(label) is sold to who holds it") }
        claim = .sold(to: reservation)
    }

    package mutating func free(from reservation: ReservationID) {
        switch claim {
        case .held(reservation, _), .sold(reservation): claim = .free
        default: preconditionFailure("seat \(label) is freed by who has it")
        }
    }

    package mutating func block(reason: String, now: Timestamp) {
        precondition(claim(at: now) == .free, "only a free seat is blocked")
        claim = .blocked(reason: reason)
    }

    package mutating func unblock() {
        guard case .blocked = claim else { preconditionFailure("only a blocked seat is unblocked") }
        claim = .free
    }
}

/// Why a seat could not be held.
package struct SeatConflict: Equatable, Sendable, CustomStringConvertible {
    package let label: SeatLabel
    package let claim: Seat.Claim

    package init(_ label: SeatLabel, _ claim: Seat.Claim) {
        self.label = label
        self.claim = claim
    }

    /// Those that are not free.
    package static func all(among seats: [Seat], at now: Timestamp) -> [SeatConflict] {
        seats.compactMap { seat in
            let claim = seat.claim(at: now)
            return claim == .free ? nil : SeatConflict(seat.label, claim)
        }
    }

    package var description: String {
        switch claim {
        case .free: "seat \(label) is free"
        case .held: "seat \(label) is held"
        case .sold: "seat \(label) is sold"
        case .blocked(let reason): "seat \(label) is not for sale: \(reason)"
        }
    }
}
