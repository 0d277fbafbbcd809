import Kernel

/// The state of a place as its user sees it at one moment.
package struct Outlook: Equatable, Sendable {
    /// In a closed room every place is revoked, even if its row is not updated yet.
    package let place: Place
    package let phase: Room.Phase
    package let admitted: Int64
    package let ahead: Int64
    /// Nil if unknown.
    package let wait: WaitEstimate?
    package let room: RoomID
    /// The start of admission, if it is in the future and known.
    package let opensAt: Timestamp?

    package init(_ place: Place, in room: Room, at now: Timestamp) {
        var place = place
        phase = room.phase(at: now)
        if phase == .closed, place.isLive { place.end(.revoked, Room.closedReason, now: now) }
        self.place = place
        admitted = room.admitted
        let isWaiting = place.state == .waiting
        let ahead = isWaiting ? room.ahead(of: place.serial) : 0
        self.ahead = ahead
        let moves = phase == .open || phase == .draining
        wait = isWaiting && moves ? WaitEstimate(ahead: ahead, by: room.pace, at: now) : nil
        self.room = room.id
        opensAt = isWaiting && (phase == .scheduled || phase == .preQueue) ? room.times.opens : nil
    }

    /// True if a watcher who last received `other` must be notified.
    package func differs(from other: Outlook) -> Bool {
        place.state != other.place.state || phase != other.phase || ahead != other.ahead
    }

    private static let soonestMilliseconds: Int64 = 1000
    private static let latestMilliseconds: Int64 = 30_000

    /// The delay before the next poll: about a tenth of the wait. `spread`, between 0 and 1, differs per place to
    /// spread the polls of a crowd.
    package func askAgain(spread: Double) -> Duration {
        let usual: Int64
        if place.state != .waiting {
            usual = Self.soonestMilliseconds
        } else if let wait {
            usual = wait.atLeast.milliseconds / 10
        } else {
            usual = (ahead < 10 ? 2 : 10) * Self.soonestMilliseconds
        }
        let bounded = min(max(usual, Self.soonestMilliseconds), Self.latestMilliseconds)
        return .milliseconds(Int64(Double(bounded) * (0.75 + spread / 2)))
    }
}
