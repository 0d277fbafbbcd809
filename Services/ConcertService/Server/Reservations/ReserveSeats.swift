import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC

extension ConcertServer {
    /// How often seats are chosen again because somebody else was faster; the later times on a map that is read for it.
    private static let choices = 8
    private static let choicesOnSharedMap = 4

    func reserveSeats(_ request: ReserveSeatsRequest, call: Call) async throws -> ReserveSeatsReply {
        let wish = try Wish(request.wish)
        let key = try ScheduleKey(request.concertID, request.scheduleID)
        var attempt = Attempt(
            id: ReservationID(of: try call.requestID), user: try call.user, wish: wish,
            schedule: try await schedules.current(key))
        do {
            let pass = try place(request.pass, in: attempt.schedule.settings.room, call: call)
            attempt.place = pass.map { Reservation.Place(room: $0.room, place: $0.place) }
        } catch let refusal as ConcertRefusal {
            // The pass of a retry may have run out since.
            guard let earlier = try await earlier(attempt, call: call) else { throw refusal }
            return ReserveSeatsReply(earlier)
        }
        switch wish {
        case .seats(let labels):
            return ReserveSeatsReply(try await reserve(labels, attempt, call: call))
        case .best(let count, let grade):
            return ReserveSeatsReply(try await reserveBest(count, grade: grade, key, attempt, call: call))
        }
    }

    /// Everything about a wish that stays the same, whichever seats it will be.
    private struct Attempt: Sendable {
        let id: ReservationID
        let user: UserID
        let wish: Wish
        let schedule: Schedule
        var place: Reservation.Place?
    }

    /// Chooses on a map that may be a moment old; seats that turn out to be taken are left out of the next choice.
    private func reserveBest(
        _ count: Int, grade: String, _ key: ScheduleKey, _ attempt: Attempt, call: Call
    ) async throws -> Reservation {
        var taken: Set<SeatLabel> = []
        for choice in 1...Self.choices {
            if choice > Self.choicesOnSharedMap { maps.forget(key) }
            let map = try await maps.current(key)
            let labels: [SeatLabel]
            do throws(ConcertRefusal) {
                labels = try choose(count, grade: grade, on: map, without: taken, of: key.schedule)
            } catch {
                // Perhaps because this very request holds the last ones.
                if let earlier = try await earlier(attempt, call: call) { return earlier }
                throw error
            }
            do {
                return try await reserve(labels, attempt, call: call)
            } catch ConcertRefusal.seatsTaken(let conflicts) {
                taken.formUnion(conflicts.map(\.label))
            }
        }
        throw ConcertRefusal.noSeatsTogether(count: count, grade: grade)
    }

    /// What was taken a moment ago may be free again: it comes last.
    private func choose(
        _ count: Int, grade: String, on map: SeatMap, without taken: Set<SeatLabel>, of schedule: ScheduleID
    ) throws(ConcertRefusal) -> [SeatLabel] {
        var random = SeededGenerator(seed: .random(in: 0 ... .max))
        let taken = Set(taken.compactMap(map.layout.index))
        let lately = takenLately.marks(of: schedule, in: map.layout)
        if let seats = try? BestChoice.seats(
            count, grade: grade, on: map, without: { lately.has($0) || taken.contains($0) }, using: &random)
        {
            return seats
        }
        return try BestChoice.seats(count, grade: grade, on: map, without: taken.contains, using: &random)
    }

    /// What this very request has made already.
    private func earlier(_ attempt: Attempt, call: Call) async throws -> Reservation? {
        try await database.read(before: call.deadline) { reader in
            guard let found = try ReservationTable.find(attempt.id, of: attempt.schedule.concert, reader),
                found.user == attempt.user
            else { return nil }
            return try found.asked(for: attempt.wish, in: attempt.schedule.id)
        }
    }

    private func reserve(_ labels: [SeatLabel], _ attempt: Attempt, call: Call) async throws -> Reservation {
        let schedule = attempt.schedule
        if hints.mayHave(labels, of: schedule.id) { try await refuseIfTaken(labels, attempt, call: call) }
        do {
            let reservation = try await database.transaction(before: call.deadline) { tx in
                try Self.reserve(labels, attempt, tx)
            }
            noteTaken(reservation.seats, of: schedule.id)
            return reservation
        } catch let refusal as ConcertRefusal {
            // Its user's list may have dropped it, where it came to nothing.
            if let earlier = try await earlier(attempt, call: call) { return earlier }
            if case .seatsTaken(let conflicts) = refusal { noteTaken(conflicts.map(\.label), of: schedule.id) }
            throw refusal
        }
    }

    private func noteTaken(_ labels: [SeatLabel], of schedule: ScheduleID) {
        hints.note(labels, of: schedule)
        takenLately.note(labels, of: schedule)
    }

    /// Most who ask in a rush come too late. A look tells them as truly as a transaction would, and holds up nobody.
    private func refuseIfTaken(_ labels: [SeatLabel], _ attempt: Attempt, call: Call) async throws {
        let conflicts = try await database.read(before: call.deadline) { reader -> [SeatConflict] in
            var seats: [Seat] = []
            for label in labels {
                let found = try SeatTable.find(label, of: attempt.schedule, for: attempt.id, reader)
                // A retry is for the transaction, which finds what it made.
                if found.isRetry { return [] }
                seats.append(found.seat)
            }
            try attempt.schedule.checkSale(at: reader.now)
            return SeatConflict.all(among: seats, at: reader.now)
        }
        guard conflicts.isEmpty else { throw ConcertRefusal.seatsTaken(conflicts) }
        hints.forget(labels, of: attempt.schedule.id)
    }

    private static func reserve(_ labels: [SeatLabel], _ attempt: Attempt, _ tx: Transaction) throws -> Reservation {
        let schedule = attempt.schedule
        let concert = schedule.concert
        // The row every reservation of this buyer writes first: their attempts go one by one from here.
        let earlier = try BuyerTable.enlist(attempt.id, of: attempt.user, in: concert, tx)
        if earlier.contains(attempt.id) {
            try BuyerTable.save(earlier, of: attempt.user, in: concert, tx)
            return try ReservationTable.known(attempt.id, of: concert, for: attempt.user, tx)
                .asked(for: attempt.wish, in: schedule.id)
        }
        var buyer = Buyer(attempt.user, earlier: try ReservationTable.known(earlier, of: concert, tx))
        let found = try SeatTable.known(labels, of: schedule, tx)
        var seats = found
        let reservation = try Reservation.open(
            attempt.id, for: buyer, from: attempt.place, holding: &seats, asked: attempt.wish, in: schedule,
            now: tx.now)
        try expire(buyer, holdersOf: found, in: concert, tx)
        let hasForgotten = try buyer.forget(now: tx.now)
        guard try ReservationTable.insert(reservation, tx) else { throw ConcertRefusal.requestIDReused }
        for (seat, old) in zip(seats, found) {
            try SeatTable.saveClaim(seat, was: old, of: schedule.id, in: concert, tx)
        }
        if hasForgotten {
            try BuyerTable.save(buyer.earlier.map(\.id) + [attempt.id], of: attempt.user, in: concert, tx)
        }
        return reservation
    }

    /// Ends, in the order of their ids, the buyer's own reservations that no longer count, and those that still name one
    /// of the seats. From here on nobody can sell them.
    private static func expire(_ buyer: Buyer, holdersOf seats: [Seat], in concert: ConcertID, _ tx: Transaction) throws
    {
        let own = Dictionary(uniqueKeysWithValues: buyer.earlier.filter { $0.isLapsed(at: tx.now) }.map { ($0.id, $0) })
        let holders = seats.compactMap { $0.lapsedHolder(at: tx.now) }
        guard !own.isEmpty || !holders.isEmpty else { return }
        for id in Set(holders).union(own.keys).sorted() {
            if let old = own[id] {
                // One that was sold since it was read does count, and the closure runs again.
                var reservation = old
                reservation.expire(now: tx.now)
                try ReservationTable.save(reservation, was: old, tx)
            } else {
                try ReservationTable.expire(id, of: concert, tx)
            }
        }
    }
}

extension ReserveSeatsReply {
    fileprivate init(_ reservation: Reservation) {
        self.init(reservation: ReservationEntry(reservation, at: reservation.reservedAt))
    }
}
