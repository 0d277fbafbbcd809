import Kernel

/// A user who reserves seats of a concert, with their earlier reservations there.
package struct Buyer: Equatable, Sendable {
    /// Maximum of reservations in a buyer's list. A full list drops those that were released or have expired.
    package static let maximumReservations = 64

    package let user: UserID
    package private(set) var earlier: [Reservation]

    package init(_ user: UserID, earlier: [Reservation] = []) {
        self.user = user
        self.earlier = earlier
    }

    /// The number of held and sold seats.
    package func claimedSeats(of schedule: ScheduleID, at now: Timestamp) -> Int {
        earlier.reduce(0) { sum, reservation in
            reservation.schedule == schedule ? sum + reservation.claimedSeats(at: now) : sum
        }
    }

    /// True if a reservation that this place of the waiting room made was sold, also if it was returned later.
    package func hasBought(at place: Reservation.Place) -> Bool {
        earlier.contains { $0.soldAt != nil && $0.place == place }
    }

    /// Drops released and expired reservations if the list is full. Returns true if it dropped any.
    package mutating func dropEnded(now: Timestamp) throws(ConcertRefusal) -> Bool {
        guard earlier.count >= Self.maximumReservations else { return false }
        let kept = earlier.filter { $0.isClaim(at: now) || $0.state == .returned }
        guard kept.count < Self.maximumReservations else {
            throw .because(
                .tooManyReservations,
                "a user can have \(Self.maximumReservations) held, sold and returned reservations of a concert, "
                    + "and you have \(Self.maximumReservations): release one")
        }
        earlier = kept
        return true
    }
}
