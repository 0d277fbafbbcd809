import ConcertAPI
import Kernel

enum Reserve {
    static let seats = Operand("SEAT", ValueKind<String>.text("SEAT"), .any)
    static let best = Flag("--best", .count(1...50), "the best seats together, so many of them")
    static let grade = Flag(
        "--grade", .text("GRADE"), "of which grade --best chooses; may be left out where there is one")

    static let command = Command(
        "reserve", "Holds seats for you, all or none, until you pay or the time is over.",
        details: """
            Name the seats as the map does, or let the service choose with --best. Seats that you have already, named once
            more, stay yours.
            """,
        calls: [.concert, .queue], caller: .user, operands: [Invocation.target, seats],
        flags: [best, grade, CommonFlags.requestID],
        examples: [
            "gateway reserve moon-tour/friday Stalls-12-7 Stalls-12-8", "gateway reserve moon-tour --best 2 --grade A",
        ],
        run: reserve)

    private static func reserve(_ run: Invocation) async throws(GatewayError) {
        guard let wish = try SeatWish(run) else {
            throw .usage("which seats? Name them, as in Stalls-12-7, or say --best 2 --grade A")
        }
        let date = try await run.date(try run.arguments.required(Invocation.target))
        // Also where the turn is over that it took.
        let hasReserved = try run.memory().reservations.contains { $0.concert.bytes == date.concert.concertID }
        if hasReserved, let own = try await run.ownReservation(wish, of: date) { return show(own, run) }
        show(try await run.reserve(wish, of: date), run)
    }

    private static func show(_ reservation: ReservationEntry, _ run: Invocation) {
        let report = ReservationReport(reservation: reservation)
        run.show(report.json, report.text(now: run.clock.now))
    }
}

/// Which seats somebody wants.
enum SeatWish: Sendable {
    case named([String])
    case best(Int, grade: String?)

    /// What the command line says; nil where it says nothing.
    init?(_ run: Invocation) throws(GatewayError) {
        let names = try run.arguments.values(Reserve.seats)
        let grade = try run.arguments.value(Reserve.grade)
        if let count = try run.arguments.value(Reserve.best) {
            guard names.isEmpty else { throw .usage("name seats, or say --best, not both") }
            self = .best(count, grade: grade)
        } else {
            guard grade == nil else { throw .usage("--grade goes with --best, such as --best 2 --grade A") }
            if names.isEmpty { return nil }
            self = .named(names)
        }
    }
}

extension Invocation {
    /// Holds the seats. The id of the wish is on the disk before it is sent: without an answer, they may be held all the
    /// same. `earlier` is the id of a try that was not answered: only an answer says that it holds nothing.
    func reserve(
        _ wish: SeatWish, of date: FoundDate, as earlier: RequestID? = nil
    ) async throws(GatewayError) -> ReservationEntry {
        let chosen: ReserveSeatsRequest.Wish
        switch wish {
        case .named(let names): chosen = .seats(SeatNames(names: names))
        case .best(let count, let grade):
            var grade = grade
            if grade == nil { grade = try await onlyGrade(of: date) }
            chosen = .best(BestSeats(count: UInt32(count), grade: grade ?? ""))
        }
        let request = ReserveSeatsRequest(
            concertID: date.concert.concertID, scheduleID: date.schedule.scheduleID, wish: chosen,
            pass: try await pass(of: date.room, for: date.name))
        var id = try newRequestID()
        if let earlier { id = earlier }
        guard let concert = ConcertID(bytes: date.concert.concertID) else {
            throw .refused("the concert service gave no id of \(date.name)")
        }
        let asked = ReservationID(of: id)
        let isKnown = try memory().reservations.contains { $0.reservation == asked && !$0.isOpen }
        if !isKnown { try remember { $0.remember(.init(concert: concert, reservation: asked, isOpen: true)) } }
        do throws(GatewayError) {
            let reply = try await call(ConcertMethods.reserveSeats, request, requestID: id)
            try remember { $0.remember(.init(concert: concert, reservation: asked)) }
            return reply.reservation ?? ReservationEntry()
        } catch {
            let isAnswered = error.exit != .indefinite && (earlier == nil || error.exit != .unavailable)
            if !isKnown, isAnswered { try remember { $0.forgetReservation(asked) } }
            guard Self.seatsTaken.contains(error.reason), case .named(let names) = wish else { throw error }
            // By another gateway of the same user.
            if let own = try await ownReservation(wish, of: date) { return own }
            var error = error
            let own = try await claims(of: date).flatMap(\.seats).filter(names.contains)
            if !own.isEmpty {
                error.advice = "You have \(own.joined(separator: ", ")) already: name only what you want besides"
            }
            throw error
        }
    }

    private static let seatsTaken: Set = ["SEAT_HELD", "SEAT_SOLD", "SEATS_TAKEN"]

    /// The very seats, where they are the user's own already: who names them once more has clicked twice.
    func ownReservation(_ wish: SeatWish, of date: FoundDate) async throws(GatewayError) -> ReservationEntry? {
        guard case .named(let names) = wish else { return nil }
        let own = try await claims(of: date).first { Set($0.seats) == Set(names) }
        if let own, let latest = Memory.Reservation(own) { try remember { $0.remember(latest) } }
        return own
    }

    /// What the user holds or has bought.
    private func claims(of date: FoundDate) async throws(GatewayError) -> [ReservationEntry] {
        try await reservations(of: date.concert.name).filter {
            $0.scheduleID == date.schedule.scheduleID && ($0.state == .held || $0.state == .sold)
        }
    }

    private func onlyGrade(of date: FoundDate) async throws(GatewayError) -> String {
        let grades = try await seatPlan(of: date).grades.map(\.name)
        if grades.count == 1 { return grades[0] }
        throw .usage("--grade is missing: \(date.name) has \(grades.joined(separator: ", "))")
    }
}

extension Memory.Reservation {
    init?(_ entry: ReservationEntry) {
        guard let concert = ConcertID(bytes: entry.concertID), let id = ReservationID(bytes: entry.reservationID) else {
            return nil
        }
        self.init(concert: concert, reservation: id)
    }
}
