import Kernel

/// A change of many seats by an operator. It runs in batches, so that other transactions wait only briefly. Its
/// progress is stored, so that a repeated request continues after a crash.
package struct SeatChange: Equatable, Sendable {
    package enum Kind: Int, Sendable {
        case set = 1
        case block = 2
        case unblock = 3
        case remove = 4
    }

    package struct Tally: Equatable, Sendable {
        package var added = 0
        package var changed = 0
        /// Seats that did not change, because their state does not allow it.
        package var kept = 0

        package init(added: Int = 0, changed: Int = 0, kept: Int = 0) {
            self.added = added
            self.changed = changed
            self.kept = kept
        }
    }

    package static let maximumSeats = 200_000

    package let id: RequestID
    package let kind: Kind
    package let reason: String
    /// In lock order.
    package let seats: [Seat]
    package let fingerprint: Fingerprint

    /// Puts seats on sale.
    package init(_ id: RequestID, offers: [Offer]) throws(ConcertRefusal) {
        try Self.checkCount(offers.map(\.seats), "offers")
        let seats = offers.flatMap { offer in
            offer.seats.labels.map { Seat($0, grade: offer.grade, price: offer.price) }
        }
        try self.init(id, .set, seats, reason: "", field: "offers")
    }

    package init(_ id: RequestID, blocking runs: [SeatRun], reason: String) throws(ConcertRefusal) {
        try self.init(id, .block, try Self.seats(runs), reason: reason, field: "seats")
    }

    package init(_ id: RequestID, unblocking runs: [SeatRun]) throws(ConcertRefusal) {
        try self.init(id, .unblock, try Self.seats(runs), reason: "", field: "seats")
    }

    package init(_ id: RequestID, removing runs: [SeatRun]) throws(ConcertRefusal) {
        try self.init(id, .remove, try Self.seats(runs), reason: "", field: "seats")
    }

    private init(_ id: RequestID, _ kind: Kind, _ seats: [Seat], reason: String, field: String) throws(ConcertRefusal) {
        guard !seats.isEmpty else { throw .invalid(field, "must name at least one seat") }
        self.id = id
        self.kind = kind
        self.reason = reason
        self.seats = seats.sorted { $0.label < $1.label }
        for (seat, next) in zip(self.seats, self.seats.dropFirst()) where seat.label == next.label {
            throw .invalid(field, "must name each seat once; got \(seat.label) twice")
        }
        let content = self.seats.lazy.map { "\($0.label),\($0.price),\($0.grade)" }
        fingerprint = Fingerprint(["\(kind)", reason] + content)
    }

    /// Runs before the labels are built, because a short request can describe very many seats.
    private static func checkCount(_ runs: [SeatRun], _ field: String) throws(ConcertRefusal) {
        let count = runs.reduce(0) { $0 + $1.count }
        guard count <= maximumSeats else {
            throw .invalid(
                field, "must have at most \(maximumSeats) seats in total; got \(count). Send several requests")
        }
    }

    private static func seats(_ runs: [SeatRun]) throws(ConcertRefusal) -> [Seat] {
        try checkCount(runs, "seats")
        return runs.flatMap(\.labels).map { Seat($0, grade: "", price: 0) }
    }
}

extension SeatChange {
    /// The change of one seat.
    package enum Step: Equatable, Sendable {
        case insert(Seat)
        case save(Seat, was: Seat)
        case delete(Seat)
        /// The seat is already as requested.
        case nothing
        /// The state of the seat does not allow the change.
        case keep
    }

    /// Returns the step for one seat. Held and sold seats never change, and blocked seats can only be unblocked.
    package func step(for wanted: Seat, found: Seat?, now: Timestamp) -> Step {
        guard let found else {
            switch kind {
            case .set: return .insert(wanted)
            // Another request has removed it.
            case .remove: return .nothing
            case .block, .unblock: return .keep
            }
        }
        var seat = found
        switch (kind, found.claim(at: now)) {
        case (.set, .free):
            seat = Seat(found.label, grade: wanted.grade, price: wanted.price, claim: found.claim)
            return seat == found ? .nothing : .save(seat, was: found)
        case (.block, .free):
            seat.block(reason: reason, now: now)
            return .save(seat, was: found)
        case (.block, .blocked(reason)): return .nothing
        case (.unblock, .blocked):
            seat.unblock()
            return .save(seat, was: found)
        case (.unblock, .free): return .nothing
        case (.remove, .free): return .delete(found)
        default: return .keep
        }
    }
}
