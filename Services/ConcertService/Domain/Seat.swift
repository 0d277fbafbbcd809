import Kernel

/// One seat of one date, and the claim on it.
///
///     blocked ◀──▶ free ──hold──▶ held ──sell──▶ sold
///                   ▲              │              │
///                   └─ release, deadline, or cancellation of the sale
///
/// A hold ends at its deadline, so a seat becomes free without a timer. `SeatTable` sells and frees seats by
/// conditional updates.
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

    /// The reservation of a hold past its deadline that is not cleaned up yet.
    package func lapsedHolder(at now: Timestamp) -> ReservationID? {
        if case .held(let holder, let deadline) = claim, deadline <= now { return holder }
        return nil
    }

    package mutating func hold(for reservation: ReservationID, until deadline: Timestamp, now: Timestamp) {
        precondition(claim(at: now) == .free, "only a free seat can be held, not \(label)")
        claim = .held(by: reservation, until: deadline)
    }

    package mutating func block(reason: String, now: Timestamp) {
        precondition(claim(at: now) == .free, "only a free seat can be blocked")
        claim = .blocked(reason: reason)
    }

    package mutating func unblock() {
        guard case .blocked = claim else { preconditionFailure("only a blocked seat can be unblocked") }
        claim = .free
    }
}

/// A seat that cannot be held, with the claim on it.
package struct SeatConflict: Equatable, Sendable, CustomStringConvertible {
    package let label: SeatLabel
    package let claim: Seat.Claim

    /// The conflicts of all seats that are not free.
    package static func all(among seats: [Seat], at now: Timestamp) -> [SeatConflict] {
        seats.compactMap { seat in
            let claim = seat.claim(at: now)
            return claim == .free ? nil : SeatConflict(label: seat.label, claim: claim)
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
