import Kernel

/// A request to move a date.
package struct MoveRequest: Sendable {
    let id: RequestID
    let startsAt: Timestamp
    let endsAt: Timestamp
    let reason: String
    let returnUntil: Timestamp?
    /// Nil to move it by as much as the start.
    let saleClosesAt: Timestamp?
    let cancelUntil: Timestamp?

    package init(
        _ id: RequestID, startsAt: Timestamp, endsAt: Timestamp, reason: String, returnUntil: Timestamp?,
        saleClosesAt: Timestamp?, cancelUntil: Timestamp?
    ) {
        self.id = id
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.reason = reason
        self.returnUntil = returnUntil
        self.saleClosesAt = saleClosesAt
        self.cancelUntil = cancelUntil
    }
}

extension Schedule {
    /// Moves the date. The end of the sale and the deadline of returns move with it, unless the request has them. The start
    /// of the sale stays. Returns false if the same request has already moved it.
    package mutating func move(
        _ request: MoveRequest, version: Int64, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if changedBy == request.id {
            guard isLatestMove(request) else { throw .requestIDReused }
            return false
        }
        guard request.startsAt > now else {
            throw .invalid("starts_at_ms", "must be in the future; it is \(now) now")
        }
        guard (request.startsAt, request.endsAt) != (settings.startsAt, settings.endsAt) else {
            throw .invalid("starts_at_ms", "or ends_at_ms must differ from the present times of the date")
        }
        try Self.checkReturns(until: request.cancelUntil, start: request.startsAt)
        if let until = request.returnUntil, until <= now || until > request.startsAt {
            throw .invalid("return_until_ms", "must be in the future, and not after starts_at_ms")
        }
        try take(moved(by: request), returnPolicy, version: version, by: request.id, now: now)
        // A ticket that was sold before two moves keeps the longer right.
        move = Move(
            at: now, reason: request.reason,
            returnUntil: [move?.returnUntil, request.returnUntil].compactMap { $0 }.max())
        return true
    }

    /// True if the request can have made the latest version. A time to return that an earlier move promised may be later.
    private func isLatestMove(_ request: MoveRequest) -> Bool {
        guard let move, move.reason == request.reason else { return false }
        return settings.startsAt == request.startsAt && settings.endsAt == request.endsAt
            && settings.saleClosesAt == request.saleClosesAt ?? settings.saleClosesAt
            && settings.cancelUntil == request.cancelUntil ?? settings.cancelUntil
            && [move.returnUntil, request.returnUntil].compactMap { $0 }.max() == move.returnUntil
    }

    private func moved(by request: MoveRequest) throws(ConcertRefusal) -> Settings {
        let shift = request.startsAt - settings.startsAt
        return try Settings(
            name: settings.name, startsAt: request.startsAt, endsAt: request.endsAt,
            saleOpensAt: settings.saleOpensAt, saleClosesAt: request.saleClosesAt ?? settings.saleClosesAt + shift,
            cancelUntil: request.cancelUntil ?? settings.cancelUntil.map { $0 + shift },
            seatsPerUser: settings.seatsPerUser, hold: settings.hold, room: settings.room,
            presales: settings.presales)
    }

    /// True if the ticket was sold for the present times of the date.
    package func isAsSold(_ ticket: Ticket) -> Bool {
        move == nil || (ticket.startsAt, ticket.endsAt) == (settings.startsAt, settings.endsAt)
    }

    /// Until then, users can return tickets that were sold for other times, and nothing is kept. An earlier move can have
    /// promised a time after the present start.
    package var fullReturnUntil: Timestamp? { move?.returnUntil.map { min($0, settings.startsAt) } }

    /// Until then, the user can return the ticket and nothing is kept, because the date was moved after its sale.
    package func fullReturn(of ticket: Ticket) -> Timestamp? { isAsSold(ticket) ? nil : fullReturnUntil }
}
