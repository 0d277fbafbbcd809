import ConcertAPI
import Kernel

enum Reserve {
    static let seats = Operand("SEAT", ValueKind<String>.text("SEAT"), .any)
    static let best = Flag("--best", .count(1...50), "let the service choose this number of seats, side by side")
    static let grade = Flag("--grade", .text("GRADE"), "grade for --best; needed if the date has several grades")

    static let command = Command(
        "reserve", "Holds seats for you, all or none, until you pay or the hold ends.",
        details: """
            Name the seats as on the map, or let the service choose with --best. If you reserve your own seats again,
            you get the same reservation.
            """,
        calls: [.concert, .queue], caller: .user, operands: [Invocation.target, seats],
        flags: [best, grade, CommonFlags.requestID],
        examples: [
            "gateway reserve moon-tour/friday Stalls-12-7 Stalls-12-8", "gateway reserve moon-tour --best 2 --grade A",
        ],
        run: reserve)

    private static func reserve(_ run: Invocation) async throws(GatewayError) {
        guard let choice = try SeatChoice(run) else {
            throw .usage("SEAT is missing. Name seats such as Stalls-12-7, or pass --best 2 --grade A")
        }
        let date = try await run.date(try run.arguments.required(Invocation.target))
        // The user's own reservation is returned even if the place in the line has ended.
        let hasReserved = try run.activity().reservations.contains { $0.concert.bytes == date.concert.concertID }
        if hasReserved, let own = try await run.ownReservation(choice, of: date) { return show(own, run) }
        show(try await run.reserve(choice, of: date), run)
    }

    private static func show(_ reservation: ReservationEntry, _ run: Invocation) {
        let report = ReservationReport(reservation: reservation)
        run.show(report.json, report.text(now: run.clock.now))
    }
}

extension Invocation {
    /// Holds the seats.
    ///
    /// The request id is on the disk before it is sent, because seats may be held without an answer. `earlier` is the id
    /// of a request that got no answer. Repeating it holds no further seats.
    func reserve(
        _ choice: SeatChoice, of date: ConcertDate, as earlier: RequestID? = nil
    ) async throws(GatewayError) -> ReservationEntry {
        let wish: ReserveSeatsRequest.Wish
        switch choice {
        case .named(let names): wish = .seats(SeatNames(names: names))
        case .best(let count, let grade):
            var grade = grade
            if grade == nil { grade = try await onlyGrade(of: date) }
            wish = .best(BestSeats(count: UInt32(count), grade: grade ?? ""))
        }
        let request = ReserveSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.id, wish: wish,
            pass: try await pass(of: date.room, for: date.name))
        var id = try newRequestID()
        if let earlier { id = earlier }
        guard let concert = ConcertID(bytes: date.concert.concertID) else {
            throw .refused("the concert service sent no id for \(date.name). Repeat the command")
        }
        let requested = ReservationID(of: id)
        let isKnown = try activity().reservations.contains { $0.reservation == requested && !$0.isOpen }
        if !isKnown { try updateActivity { $0.add(.init(concert: concert, reservation: requested, isOpen: true)) } }
        do throws(GatewayError) {
            let reply = try await call(ConcertMethods.reserveSeats, request, requestID: id)
            try updateActivity { $0.add(.init(concert: concert, reservation: requested)) }
            return reply.reservation ?? ReservationEntry()
        } catch {
            let isAnswered = error.exit != .indefinite && (earlier == nil || error.exit != .unavailable)
            if !isKnown, isAnswered { try updateActivity { $0.removeReservation(requested) } }
            guard Self.seatsTaken.contains(error.reason), case .named(let names) = choice else { throw error }
            // Another gateway of the same user may hold the seats.
            if let own = try await ownReservation(choice, of: date) { return own }
            var error = error
            let own = try await claims(of: date).flatMap(\.seats).filter(names.contains)
            if !own.isEmpty {
                error.hint = "You already have \(own.joined(separator: ", ")). Name only the other seats"
            }
            throw error
        }
    }

    private static let seatsTaken: Set = ["SEAT_HELD", "SEAT_SOLD", "SEATS_TAKEN"]

    /// The user's own reservation of exactly the named seats, and records it. Nil if there is none.
    func ownReservation(_ choice: SeatChoice, of date: ConcertDate) async throws(GatewayError) -> ReservationEntry? {
        guard case .named(let names) = choice else { return nil }
        let own = try await claims(of: date).first { Set($0.seats) == Set(names) }
        if let own, let latest = RecentActivity.Reservation(own) { try updateActivity { $0.add(latest) } }
        return own
    }

    /// The user's held and sold reservations for a date.
    private func claims(of date: ConcertDate) async throws(GatewayError) -> [ReservationEntry] {
        try await reservations(of: date.concert.name).filter {
            $0.scheduleID == date.id && ($0.state == .held || $0.state == .sold)
        }
    }

    private func onlyGrade(of date: ConcertDate) async throws(GatewayError) -> String {
        let grades = try await seatPlan(of: date).grades.map(\.name)
        if grades.count == 1 { return grades[0] }
        throw .usage("--grade is missing. \(date.name) has the grades \(grades.joined(separator: ", "))")
    }
}

extension RecentActivity.Reservation {
    init?(_ entry: ReservationEntry) {
        guard let concert = ConcertID(bytes: entry.concertID), let id = ReservationID(bytes: entry.reservationID) else {
            return nil
        }
        self.init(concert: concert, reservation: id)
    }
}
