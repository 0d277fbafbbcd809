/// The places of a room that have ended. The transaction that ends a place counts it in the row of the room.
package struct EndedPlaces: Equatable, Sendable {
    package private(set) var finished: Int64
    package private(set) var left: Int64
    package private(set) var lapsed: Int64
    package private(set) var revoked: Int64
    /// Those of all four that had been active.
    package private(set) var active: Int64

    package init(
        finished: Int64 = 0, left: Int64 = 0, lapsed: Int64 = 0, revoked: Int64 = 0, active: Int64 = 0
    ) {
        self.finished = finished
        self.left = left
        self.lapsed = lapsed
        self.revoked = revoked
        self.active = active
    }

    mutating func add(_ others: EndedPlaces) {
        finished += others.finished
        left += others.left
        lapsed += others.lapsed
        revoked += others.revoked
        active += others.active
    }

    mutating func count(_ place: Place) {
        switch place.state {
        case .waiting, .admitted, .active: return
        case .finished: finished += 1
        case .left: left += 1
        case .lapsed: lapsed += 1
        case .revoked: revoked += 1
        }
        if place.claimedAt != nil { active += 1 }
    }
}

/// The number of live places of a room by state.
package struct LivePlaces: Equatable, Sendable {
    package let waiting: Int64
    package let admitted: Int64
    package let active: Int64

    package var count: Int64 { waiting + admitted + active }
}

extension Room {
    /// `claims` is the number of places that ever became active. A claim does not change the room, so it is counted apart.
    package func livePlaces(claims: Int64) -> LivePlaces {
        let active = min(max(0, claims - ended.active), occupied)
        return LivePlaces(waiting: waiting, admitted: occupied - active, active: active)
    }
}
