import Kernel

/// Seats that one user holds until a deadline, and what became of them.
///
///     held ──sell──▶ sold ──take back──▶ returned
///      ├──release──▶ released
///      └──the deadline passes──▶ expired
///
/// Its id is the request that made it, so that a retry finds it.
package struct Reservation: Equatable, Sendable {
    /// The numbers are those of the database.
    package enum State: Int, Equatable, Sendable {
        case held = 1
        case sold = 2
        case released = 3
        case expired = 4
        case returned = 5
    }

    /// Where in the line its user was.
    package struct Place: Equatable, Sendable {
        package let room: RoomID
        package let place: PlaceID

        package init(room: RoomID, place: PlaceID) {
            self.room = room
            self.place = place
        }
    }

    package let id: ReservationID
    package let concert: ConcertID
    package let schedule: ScheduleID
    package let user: UserID
    /// In the order in which they are locked.
    package let seats: [SeatLabel]
    /// The grade, where the service chose the seats; nil where they were named.
    package let bestOf: String?
    /// What all seats cost together, fixed when they were held.
    package let amount: Money
    package let place: Place?
    package let reservedAt: Timestamp
    /// Until when the seats are held, exclusive.
    package let deadline: Timestamp
    package internal(set) var state = State.held
    package internal(set) var payment: PaymentID?
    package internal(set) var soldAt: Timestamp?
    package internal(set) var refund: RefundID?
    /// When it was released, expired or returned, and why it was returned.
    package internal(set) var endedAt: Timestamp?
    package internal(set) var returnReason = ""

    package init(
        stored id: ReservationID, concert: ConcertID, schedule: ScheduleID, user: UserID, seats: [SeatLabel],
        bestOf: String?, amount: Money, place: Place?, reservedAt: Timestamp, deadline: Timestamp,
        state: State = .held, payment: PaymentID? = nil, soldAt: Timestamp? = nil, refund: RefundID? = nil,
        endedAt: Timestamp? = nil, returnReason: String = ""
    ) {
        self.id = id
        self.concert = concert
        self.schedule = schedule
        self.user = user
        self.seats = seats
        self.bestOf = bestOf
        self.amount = amount
        self.place = place
        self.reservedAt = reservedAt
        self.deadline = deadline
        self.state = state
        self.payment = payment
        self.soldAt = soldAt
        self.refund = refund
        self.endedAt = endedAt
        self.returnReason = returnReason
    }

    /// What it is, whether or not somebody has written down that its deadline has passed.
    package func state(at now: Timestamp) -> State {
        state == .held && deadline <= now ? .expired : state
    }

    package func isLapsed(at now: Timestamp) -> Bool { state == .held && deadline <= now }

    /// Whether nobody has held its seats by it for so long. What is sold is not held.
    package func isOver(since duration: Duration, at now: Timestamp) -> Bool {
        let heldUntil = soldAt ?? endedAt ?? deadline
        return state(at: now) != .held && heldUntil + duration <= now
    }

    /// Whether its seats count as its user's.
    package func isClaim(at now: Timestamp) -> Bool {
        let state = state(at: now)
        return state == .held || state == .sold
    }

    /// The answer to the request that made it, however often it comes.
    package func asked(for wish: Wish, in schedule: ScheduleID) throws(ConcertRefusal) -> Reservation {
        let isSame =
            switch wish {
            case .seats(let labels): bestOf == nil && labels == seats
            case .best(let count, let grade): bestOf == grade && count == seats.count
            }
        guard isSame, schedule == self.schedule else { throw .requestIDReused }
        return self
    }
}
