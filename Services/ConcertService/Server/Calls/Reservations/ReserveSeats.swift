import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC
import Service

extension ConcertServer {
    /// Maximum of choices for one request. Each choice fails if another user takes the seats first.
    private static let choices = 8
    /// Maximum of choices on a cached map. Each later choice loads a new one.
    private static let choicesOnCachedMap = 4

    func reserveSeats(_ request: ReserveSeatsRequest, call: Call) async throws -> ReserveSeatsReply {
        let choice = try SeatChoice(request.choice)
        return try await reservationsOfUsers.run(for: try call.user) {
            try await self.reserve(choice, request, call: call)
        }
    }

    private func reserve(
        _ choice: SeatChoice, _ request: ReserveSeatsRequest, call: Call
    ) async throws -> ReserveSeatsReply {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        var attempt = Attempt(
            id: ReservationID(of: try call.requestID), user: try call.user, choice: choice,
            schedule: try await schedules.current(key))
        do {
            let pass = try place(request.pass, in: attempt.schedule.settings.rooms, call: call)
            attempt.place = pass.map { Reservation.Place(room: $0.room, place: $0.place) }
        } catch let refusal as ConcertRefusal {
            // The pass of a retry may have expired since the first try.
            guard let earlier = try await earlier(attempt, call: call) else { throw refusal }
            return ReserveSeatsReply(earlier)
        }
        switch choice {
        case .seats(let labels):
            return ReserveSeatsReply(try await reserve(labels, attempt, call: call))
        case .best(let count, let grade):
            return ReserveSeatsReply(try await reserveBest(count, grade: grade, key, attempt, call: call))
        }
    }

    /// The parts of a request that do not depend on the chosen seats.
    private struct Attempt: Sendable {
        let id: ReservationID
        let user: UserID
        let choice: SeatChoice
        let schedule: Schedule
        var place: Reservation.Place?
    }

    /// Chooses seats on a cached map. If another user has taken them, chooses again without them.
    private func reserveBest(
        _ count: Int, grade: String, _ key: ScheduleKey, _ attempt: Attempt, call: Call
    ) async throws -> Reservation {
        var taken: Set<SeatLabel> = []
        for choice in 1...Self.choices {
            if choice > Self.choicesOnCachedMap { maps.invalidate(key) }
            let map = try await maps.current(key)
            let labels: [SeatLabel]
            do throws(ConcertRefusal) {
                labels = try choose(count, grade: grade, on: map, without: taken, of: key.schedule)
            } catch {
                // The first try of this request may hold the last seats.
                if let earlier = try await earlier(attempt, call: call) { return earlier }
                // Without a sale, other seats would not help.
                try attempt.schedule.checkSale(at: clock.now)
                throw error
            }
            do {
                return try await reserve(labels, attempt, call: call)
            } catch ConcertRefusal.seatsTaken(let conflicts) {
                taken.formUnion(conflicts.map(\.label))
            } catch ConcertRefusal.because(.seatUnknown, _) {
                // An operator has removed a seat since the map was read.
                maps.invalidate(key)
            }
        }
        throw ConcertRefusal.noSeatsTogether(count, grade: grade)
    }

    /// Seats taken recently may be free again. They are considered only if the others do not suffice.
    private func choose(
        _ count: Int, grade: String, on map: SeatMap, without taken: Set<SeatLabel>, of schedule: ScheduleID
    ) throws(ConcertRefusal) -> [SeatLabel] {
        var random = SeededGenerator(seed: .random(in: 0 ... .max))
        let taken = Set(taken.compactMap(map.layout.index))
        let lately = takenLately.marks(of: schedule, in: map.layout)
        if let seats = try? BestChoice.seats(
            count, grade: grade, on: map, without: { lately.contains($0) || taken.contains($0) }, using: &random)
        {
            return seats
        }
        return try BestChoice.seats(count, grade: grade, on: map, without: taken.contains, using: &random)
    }

    /// The reservation that an earlier try of this request has made. Nil if there is none.
    private func earlier(_ attempt: Attempt, call: Call) async throws -> Reservation? {
        try await database.read(before: call.deadline) { reader in
            guard let found = try ReservationTable.find(attempt.id, of: attempt.schedule.concert, reader),
                found.user == attempt.user
            else { return nil }
            return try found.matching(attempt.choice, in: attempt.schedule.id)
        }
    }

    private func reserve(_ labels: [SeatLabel], _ attempt: Attempt, call: Call) async throws -> Reservation {
        let schedule = attempt.schedule
        if hints.mayContain(labels, of: schedule.id) { try await refuseIfTaken(labels, attempt, call: call) }
        do {
            let request = ReserveBatch.Request(
                id: attempt.id, user: attempt.user, schedule: schedule, place: attempt.place, choice: attempt.choice,
                labels: labels, deadline: call.deadline)
            let key = ScheduleKey(concert: schedule.concert, schedule: schedule.id)
            let (outcomes, index) = try await reservations.outcome(of: request, in: key)
            let reservation = try outcomes[index].get()
            addTaken(reservation.seats, of: schedule.id)
            return reservation
        } catch let refusal as ConcertRefusal {
            // The user's list may have dropped the earlier reservation after it ended.
            if let earlier = try await earlier(attempt, call: call) { return earlier }
            if case .seatsTaken(let conflicts) = refusal { addTaken(conflicts.map(\.label), of: schedule.id) }
            throw refusal
        }
    }

    private func addTaken(_ labels: [SeatLabel], of schedule: ScheduleID) {
        hints.add(labels, of: schedule)
        takenLately.add(labels, of: schedule)
    }

    /// Refuses by a read, because most requests in a rush are for taken seats. A read does not wait for the writer.
    private func refuseIfTaken(_ labels: [SeatLabel], _ attempt: Attempt, call: Call) async throws {
        let conflicts = try await database.read(before: call.deadline) { reader -> [SeatConflict] in
            let (seats, isRetry) = try SeatTable.require(labels, of: attempt.schedule, for: attempt.id, reader)
            // The transaction answers a retry.
            if isRetry { return [] }
            try attempt.schedule.checkSale(at: reader.now)
            return SeatConflict.all(among: seats, at: reader.now)
        }
        guard conflicts.isEmpty else { throw ConcertRefusal.seatsTaken(conflicts) }
        hints.remove(labels, of: attempt.schedule.id)
    }
}

extension ReserveSeatsReply {
    fileprivate init(_ reservation: Reservation) {
        self.init(reservation: .init(reservation, at: reservation.reservedAt))
    }
}
