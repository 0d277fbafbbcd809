import Kernel

/// Seats that one user holds until a deadline or has bought, and their state.
///
///     held ──sell──▶ sold ──return of the last ticket──▶ returned
///      ├──release──▶ released
///      └──the deadline passes──▶ expired
///
/// Its id is the id of the request that made it, so that a retry finds it.
package struct Reservation: Equatable, Sendable {
    /// The raw values are stored in the database.
    package enum State: Int, Equatable, Sendable {
        case held = 1
        case sold = 2
        case released = 3
        case expired = 4
        case returned = 5
    }

    /// The user's place in the waiting room.
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
    /// In lock order.
    package let seats: [SeatLabel]
    /// The grade if the service chose the seats. Nil if the user named them.
    package let bestOf: String?
    /// The total price, fixed when the seats were reserved.
    package let amount: Money
    package let place: Place?
    package let reservedAt: Timestamp
    /// End of the hold, exclusive.
    package let deadline: Timestamp
    package internal(set) var state = State.held
    package internal(set) var payment: PaymentID?
    package internal(set) var soldAt: Timestamp?
    /// The refund of its last tickets, once it is returned.
    package internal(set) var refund: RefundID?
    /// Time of the release, expiry or return.
    package internal(set) var endedAt: Timestamp?
    /// The reason of the last return.
    package internal(set) var returnReason = ""
    /// The seats whose tickets were returned, in lock order.
    package internal(set) var returnedSeats: [SeatLabel] = []
    /// The cancellation of the date that ended it.
    package internal(set) var cancellation: CancellationID?

    package init(
        stored id: ReservationID, concert: ConcertID, schedule: ScheduleID, user: UserID, seats: [SeatLabel],
        bestOf: String?, amount: Money, place: Place?, reservedAt: Timestamp, deadline: Timestamp,
        state: State = .held, payment: PaymentID? = nil, soldAt: Timestamp? = nil, refund: RefundID? = nil,
        endedAt: Timestamp? = nil, returnReason: String = "", returnedSeats: [SeatLabel] = [],
        cancellation: CancellationID? = nil
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
        self.returnedSeats = returnedSeats
        self.cancellation = cancellation
    }

    /// The state at `now`: a held reservation has expired at its deadline, even if its row is not updated yet.
    package func state(at now: Timestamp) -> State {
        isLapsed(at: now) ? .expired : state
    }

    /// The latest of its times. A lapsed reservation has ended at its deadline.
    package func updatedAt(at now: Timestamp) -> Timestamp {
        (isLapsed(at: now) ? deadline : endedAt) ?? soldAt ?? reservedAt
    }

    package func isLapsed(at now: Timestamp) -> Bool { state == .held && deadline <= now }

    /// True if this reservation stopped holding seats at least `duration` ago. A sale ends the hold.
    package func isOver(since duration: Duration, at now: Timestamp) -> Bool {
        let heldUntil = soldAt ?? endedAt ?? deadline
        return state(at: now) != .held && heldUntil + duration <= now
    }

    /// True if its seats count towards the limit of its user.
    package func isClaim(at now: Timestamp) -> Bool {
        let state = state(at: now)
        return state == .held || state == .sold
    }

    /// The number of its seats that are held, or sold and not returned.
    package func claimedSeats(at now: Timestamp) -> Int { isClaim(at: now) ? seats.count - returnedSeats.count : 0 }

    /// Returns the reservation if the request repeats the one that made it. Otherwise the request id was reused.
    package func matching(_ choice: SeatChoice, in schedule: ScheduleID) throws(ConcertRefusal) -> Reservation {
        let isSame =
            switch choice {
            case .seats(let labels): bestOf == nil && labels == seats
            case .best(let count, let grade): bestOf == grade && count == seats.count
            }
        guard isSame, schedule == self.schedule else { throw .requestIDReused }
        return self
    }
}
