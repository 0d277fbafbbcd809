import Kernel

extension Place {
    /// One step of a place, read from its row.
    package struct Event: Equatable, Sendable {
        package let state: State
        package let at: Timestamp
        package let reason: String

        package init(_ state: State, at time: Timestamp, _ reason: String = "") {
            self.state = state
            at = time
            self.reason = reason
        }
    }

    /// The steps in the order of their times.
    package var history: [Event] {
        var events = [Event(.waiting, at: joinedAt)]
        if let admittedAt { events.append(Event(.admitted, at: admittedAt)) }
        if let claimedAt { events.append(Event(.active, at: claimedAt)) }
        if let renewedAt, renewedAt != claimedAt { events.append(Event(.active, at: renewedAt, "renewed")) }
        if let endedAt { events.append(Event(state, at: endedAt, reason)) }
        return events
    }
}
