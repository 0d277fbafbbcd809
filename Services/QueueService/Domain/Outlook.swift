import Kernel

/// The state of a place as its user sees it at one moment.
package struct Outlook: Equatable, Sendable {
    /// In a closed room every place is revoked, even if its row is not updated yet.
    package let place: Place
    package let phase: Room.Phase
    /// The number in the line. 0 before the draw.
    package let number: Int64
    package let admitted: Int64
    package let ahead: Int64
    /// Nil if unknown.
    package let wait: WaitEstimate?
    package let room: RoomID
    /// The start of admission, if it is in the future and known.
    package let opensAt: Timestamp?
    /// The message of the operators. Empty: none.
    package let message: String

    /// True if a watcher who last received `other` must be notified.
    package func differs(from other: Outlook) -> Bool {
        place.state != other.place.state || phase != other.phase || ahead != other.ahead || number != other.number
            || message != other.message
    }

    private static let soonestMilliseconds: Int64 = 1000
    private static let latestMilliseconds: Int64 = 30_000

    /// The delay before the next poll: about a tenth of the wait. `spread`, between 0 and 1, differs per place to
    /// spread the polls of a crowd.
    package func askAgain(spread: Double) -> Duration {
        guard place.state == .waiting else { return Self.askAgain(Self.soonestMilliseconds, spread) }
        return Self.askAgain(ahead: ahead, wait, spread)
    }

    /// The same for a user who is not in the line, behind `ahead` users.
    static func askAgain(ahead: Int64, by pace: AdmissionPace, now: Timestamp, spread: Double) -> Duration {
        askAgain(ahead: ahead, WaitEstimate(ahead: ahead, by: pace, at: now), spread)
    }

    private static func askAgain(ahead: Int64, _ wait: WaitEstimate?, _ spread: Double) -> Duration {
        askAgain(wait.map { $0.atLeast.milliseconds / 10 } ?? (ahead < 10 ? 2 : 10) * soonestMilliseconds, spread)
    }

    private static func askAgain(_ usual: Int64, _ spread: Double) -> Duration {
        let bounded = min(max(usual, soonestMilliseconds), latestMilliseconds)
        return .milliseconds(Int64(Double(bounded) * (0.75 + spread / 2)))
    }
}

extension Room {
    /// The outlook of a place of this room. (An initializer of `Outlook` would copy the room.)
    package func outlook(of place: Place, at now: Timestamp) -> Outlook {
        let phase = self.phase(at: now)
        var place = place
        if phase == .closed, place.isLive { place.end(.revoked, Room.closedReason, now: now) }
        let number = self.number(of: place.serial)
        let isWaiting = place.state == .waiting
        let ahead = isWaiting ? self.ahead(of: place.serial) : 0
        let moves = phase == .open || phase == .draining
        let wait = isWaiting && moves && number > 0 ? WaitEstimate(ahead: ahead, by: pace, at: now) : nil
        let opensAt = isWaiting && (phase == .scheduled || phase == .preQueue) ? times.opens : nil
        return Outlook(
            place: place, phase: phase, number: number, admitted: admitted, ahead: ahead, wait: wait, room: id,
            opensAt: opensAt, message: message)
    }
}
