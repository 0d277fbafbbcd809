import ConcertAPI
import Kernel

/// The seats that a user chooses: by name, or the best ones of a grade.
package enum SeatChoice: Sendable {
    case named([String])
    case best(Int, grade: String?)
}

/// Shows, reserves and sets the seats of a date.
package struct Seats: Sendable {
    /// Keeps each request well below the size limit of the service.
    private static let offersPerCall = 2000
    private static let seatsTaken: [ConcertReason] = [.seatHeld, .seatSold, .seatsTaken]

    private let caller: ServiceCaller
    private let date: ConcertDate

    package init(of date: ConcertDate, _ caller: ServiceCaller) {
        self.caller = caller
        self.date = date
    }

    package func plan() async throws -> SeatPlan {
        let request = ShowSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.id, pass: try await pass())
        return SeatPlan(try await caller.call(ConcertMethods.showSeats, request))
    }

    private func pass() async throws -> [UInt8] {
        try await WaitingLine(caller).pass(of: date.rooms, for: date.name)
    }

    /// The caller's own reservation of the named seats, or else a new one.
    ///
    /// The own one is returned even if the place in the line has ended.
    package func reserveOnce(_ choice: SeatChoice) async throws -> Reservation {
        let hasReserved = try caller.records.load().reservations.contains { $0.concert == date.concert.concertID }
        if hasReserved, let own = try await ownReservation(of: choice) { return own }
        return try await reserve(choice)
    }

    /// Holds the seats.
    ///
    /// The request id is recorded before it is sent, because seats may be held without an answer. `earlier` is the id of
    /// a request that got no answer. Repeating it holds no further seats.
    package func reserve(_ choice: SeatChoice, as earlier: RequestID? = nil) async throws -> Reservation {
        let request = ReserveSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.id, choice: try await wanted(choice),
            pass: try await pass())
        let id = earlier ?? caller.newRequestID()
        let concert = date.concert.concertID
        let requested = ReservationID(of: id)
        let isKnown = try caller.records.load().reservations.contains { $0.reservation == requested && !$0.isOpen }
        if !isKnown {
            try caller.records.update { $0.add(.init(concert: concert, reservation: requested, isOpen: true)) }
        }
        do {
            let reply = try await caller.call(ConcertMethods.reserveSeats, request, requestID: id)
            try caller.records.update { $0.add(.init(concert: concert, reservation: requested)) }
            return reply.reservation
        } catch let failure as CallFailure {
            let isAnswered = failure.outcome != .indefinite && (earlier == nil || failure.outcome != .unavailable)
            if !isKnown, isAnswered { try caller.records.update { $0.removeReservation(requested) } }
            if failure.isBecause(ConcertReason.seatUnknown), case .named(let typed) = choice {
                let names = try await plan().seats(named: typed.joined(separator: " "))
                // A given id must not name two different requests.
                guard names != typed, caller.requestID == nil else { throw failure }
                return try await reserve(.named(names), as: earlier)
            }
            guard Self.seatsTaken.contains(where: { failure.isBecause($0) }), case .named(let names) = choice else {
                throw failure
            }
            // Another program of the same user may hold the seats.
            if let own = try await ownReservation(of: choice) { return own }
            let own = try await claims().flatMap(\.seats).filter(names.contains)
            throw JourneyError.seatsTaken(failure, own: own)
        }
    }

    private func wanted(_ choice: SeatChoice) async throws -> ReserveSeatsRequest.Choice {
        switch choice {
        case .named(let names): return .seats(SeatNames(names: names))
        case .best(let count, let grade?): return .best(BestSeats(count: UInt32(count), grade: grade))
        case .best(let count, nil):
            let grades = try await plan().grades.map(\.name)
            guard grades.count == 1 else { throw JourneyError.gradeNotNamed(date, grades: grades) }
            return .best(BestSeats(count: UInt32(count), grade: grades[0]))
        }
    }

    /// The caller's own reservation of exactly the named seats, and records it. Nil if there is none.
    private func ownReservation(of choice: SeatChoice) async throws -> Reservation? {
        guard case .named(let names) = choice else { return nil }
        let own = try await claims().first { SeatText.areSame($0.seats, names) }
        if let own { try caller.records.update { $0.add(.init(own)) } }
        return own
    }

    /// The caller's held and sold reservations for the date.
    private func claims() async throws -> [Reservation] {
        try await Reservations(caller).all(of: date.concert.name).filter {
            $0.scheduleID == date.id && ($0.state == .held || $0.state == .sold)
        }
    }

    /// A reservation of an earlier attempt that matches the choice. Without a choice every held one matches.
    ///
    /// An earlier attempt may have held the seats, bought them or started a payment. `unanswered` is the id of an
    /// earlier request that may still arrive.
    package func earlierReservation(
        of choice: SeatChoice?
    ) async throws -> (reservation: Reservation?, unanswered: RequestID?) {
        let activity = try caller.records.load()
        let undecided = activity.payments.last(where: \.isOpen).map {
            RecentActivity.Reservation(concert: $0.concert, reservation: $0.reservation)
        }
        guard let last = undecided ?? activity.reservations.last, last.concert == date.concert.concertID else {
            return (nil, nil)
        }
        guard let reservation = try await Reservations(caller).reservationIfMade(last) else {
            return (nil, RequestID(of: last.reservation))
        }
        if reservation.scheduleID == date.id {
            if undecided != nil { return (reservation, nil) }
            if reservation.state == .held, try await matches(choice, reservation) { return (reservation, nil) }
        }
        guard let choice else { return (nil, nil) }
        return (try await ownReservation(of: choice), nil)
    }

    private func matches(_ choice: SeatChoice?, _ reservation: Reservation) async throws -> Bool {
        switch choice {
        case nil: return true
        case .named(let names): return SeatText.areSame(names, reservation.seats)
        case .best(let count, let grade):
            guard count == reservation.seats.count else { return false }
            guard let grade else { return true }
            return try await plan().names(ofGrade: grade).isSuperset(of: reservation.seats)
        }
    }

    /// Puts seats on sale, in several requests if there are many.
    package func set(_ offers: [SeatOffer]) async throws -> SeatChangeCounts {
        var counts = SeatChangeCounts()
        for start in stride(from: 0, to: offers.count, by: Self.offersPerCall) {
            let request = SetSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id,
                offers: Array(offers[start..<min(start + Self.offersPerCall, offers.count)]))
            let part = try await caller.call(ConcertMethods.setSeats, request).counts
            counts.added += part.added
            counts.changed += part.changed
            counts.kept += part.kept
        }
        return counts
    }
}
