import Kernel

/// Somebody who reserves seats of a concert, with what he has reserved there so far.
package struct Buyer: Equatable, Sendable {
    /// How many reservations of a user are kept in mind: beyond that, those forgotten are ones that came to nothing.
    package static let rememberedReservations = 64

    package let user: UserID
    package private(set) var earlier: [Reservation]

    package init(_ user: UserID, earlier: [Reservation] = []) {
        self.user = user
        self.earlier = earlier
    }

    /// Held and sold together.
    package func claimedSeats(of schedule: ScheduleID, at now: Timestamp) -> Int {
        earlier.reduce(0) { sum, reservation in
            reservation.schedule == schedule && reservation.isClaim(at: now) ? sum + reservation.seats.count : sum
        }
    }

    /// Makes room for one more where there are too many: the oldest that came to nothing are forgotten.
    package mutating func forget(now: Timestamp) throws(ConcertRefusal) -> Bool {
        guard earlier.count >= Self.rememberedReservations else { return false }
        let kept = earlier.filter { $0.isClaim(at: now) || $0.state == .returned }
        guard kept.count < Self.rememberedReservations else {
            throw .tooManyReservations(limit: Self.rememberedReservations)
        }
        earlier = kept
        return true
    }
}
