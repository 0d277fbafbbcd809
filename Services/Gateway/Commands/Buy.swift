import ConcertAPI
import Kernel
import WalletAPI

/// The whole journey: stand in line, choose seats, hold them, pay, get the tickets.
enum Buy {
    private static let topUp = Flag("--top-up", .isGiven, "put in what is missing in the wallet, without asking")

    static let command = Command(
        "buy", "Buys tickets from beginning to end: the line, the seats, the payment.",
        details: """
            In a terminal it asks what it needs to know. For scripts it is one line: name the date, the seats or --best, and
            say --yes. Interrupted anywhere and typed again, it goes on where it was; it never pays twice.
            """,
        calls: [.queue, .concert, .wallet], caller: .user, operands: [Invocation.optionalTarget, Reserve.seats],
        flags: [Reserve.best, Reserve.grade, topUp, CommonFlags.yes, CommonFlags.zone],
        examples: [
            "gateway buy", "gateway buy moon-tour/friday", "gateway buy moon-tour/friday --best 2 --grade A --yes",
            "gateway buy moon-tour/friday Stalls-12-7 Stalls-12-8 --yes --top-up --json",
        ],
        run: buy)

    private static func buy(_ run: Invocation) async throws(GatewayError) {
        // Before anything is asked.
        _ = try run.credential()
        let wish = try SeatWish(run)
        guard run.canAsk || (wish != nil && run.arguments.isGiven(CommonFlags.yes)) else {
            throw .usage("nobody is there to be asked: name the date, the seats or --best, and say --yes")
        }
        let date = try await run.dateToBuy()
        let reservation = try await run.begunOrReserved(wish, of: date)
        let report = ReservationReport(reservation: reservation)
        run.note(reservation.state == .held ? report.held(run.clock.now) : report.text(now: run.clock.now))
        if reservation.state == .held {
            let left = ShownTime.text(report.left(run.clock.now))
            try await run.leaving("Nothing is paid. The seats are yours for \(left): gateway pay, or gateway release") {
                () async throws(GatewayError) in
                try await run.makeSure(of: report, puttingIn: run.arguments.isGiven(topUp))
            }
        }
        let payment = try await run.pay(reservation)
        guard payment.outcome == .paid else { throw await run.refusal(of: payment) }
        try await show(payment, reservation, date, run)
    }

    private static func show(
        _ payment: PaymentView, _ reservation: ReservationEntry, _ date: FoundDate, _ run: Invocation
    ) async throws(GatewayError) {
        let tickets = try await run.tickets(of: date.concert.name).filter {
            $0.ticket.reservationID == reservation.reservationID
        }
        if run.isJSON {
            let sold = Memory.Reservation(reservation)
            var entry = reservation
            if let sold { entry = try await run.reservation(sold) }
            return run.show(
                .object([
                    "reservation": ReservationReport(reservation: entry).json,
                    "payment": PaymentReport(payment: payment).json,
                    "tickets": .list(tickets) { TicketReport(own: $0).json },
                ]), "")
        }
        let total = Money.text(payment.amount, payment.currency)
        run.console.print(run.style.paint("Paid: \(total). Enjoy the concert!", .green) + "\n")
        if let first = tickets.first { try await run.showTicket(first) }
        for other in tickets.dropFirst() {
            run.console.print(
                "And seat \(other.ticket.seat.printable): gateway ticket show \(other.ticket.seat.printable)")
        }
    }
}

extension Invocation {
    private static let widestMap = 200

    /// The date that is meant, with everything passed that stands before those of its concert.
    fileprivate func dateToBuy() async throws(GatewayError) -> FoundDate {
        var target = try arguments.value(Self.optionalTarget)
        if target == nil { target = Target(concert: try await askedConcert().name, date: nil) }
        guard let target else { throw .usage("CONCERT/DATE is missing. Usage: \(command.usage)") }
        let concert = try await concert(named: target.concert)
        if !concert.browseRoomID.isEmpty {
            try await standInLine(WaitingLine(room: concert.browseRoomID, target: concert.name))
        }
        if target.date == nil, canAsk { return try await askedDate(of: concert) }
        return try await date(target)
    }

    private func standInLine(_ line: WaitingLine) async throws(GatewayError) {
        let (place, remembered) = try await join(line)
        let inside = try await comeIn(place, remembered)
        note(PlaceReport(place: inside, target: line.target).briefly(shown))
    }

    /// What an earlier try has held, bought or begun to pay, if it is what is wanted now: nobody waits in line for that.
    /// Else new seats.
    fileprivate func begunOrReserved(_ wish: SeatWish?, of date: FoundDate) async throws(GatewayError)
        -> ReservationEntry
    {
        let memory = try memory()
        let undecided = memory.payments.last { $0.isOpen }.map {
            Memory.Reservation(concert: $0.concert, reservation: $0.reservation)
        }
        var unanswered: RequestID?
        if let last = undecided ?? memory.reservations.last, last.concert.bytes == date.concert.concertID {
            if let reservation = try await reservationIfAny(last) {
                let isOfDate = reservation.scheduleID == date.schedule.scheduleID
                if isOfDate, undecided != nil { return reservation }
                if isOfDate, reservation.state == .held, try await isMet(wish, by: reservation, of: date) {
                    return reservation
                }
                if let wish, let own = try await ownReservation(wish, of: date) { return own }
            } else {
                // It may still be on its way; under the same id it holds no further seats.
                unanswered = RequestID(of: last.reservation)
            }
        }
        if !date.room.isEmpty, date.room != date.concert.browseRoomID {
            try await standInLine(WaitingLine(room: date.room, target: date.name))
        }
        if let wish { return try await reserve(wish, of: date, as: unanswered) }
        return try await askedSeats(of: date)
    }

    /// Whether held seats are what is wanted now.
    private func isMet(
        _ wish: SeatWish?, by reservation: ReservationEntry, of date: FoundDate
    ) async throws(GatewayError) -> Bool {
        switch wish {
        case nil: return true
        case .named(let names): return Set(names) == Set(reservation.seats)
        case .best(let count, let grade):
            guard count == reservation.seats.count else { return false }
            guard let grade else { return true }
            return try await seatPlan(of: date).names(ofGrade: grade).isSuperset(of: reservation.seats)
        }
    }

    /// Shows the map and asks, until seats are held.
    private func askedSeats(of date: FoundDate) async throws(GatewayError) -> ReservationEntry {
        var problem: String?
        while true {
            let plan = try await seatPlan(of: date)
            console.print(SeatMap(plan, style: style, columns: min(console.columns, Self.widestMap)).text())
            // Below the map, where it is seen.
            if let problem { console.print(style.paint(console.fitted(problem), .yellow)) }
            let example = plan.grades.first { $0.free > 0 }?.name ?? "A"
            let wish = try ask(
                "Which seats? Name them, as in \(plan.exampleSeat), or say: best 2 \(example)"
            ) { answer throws(GatewayError) in try SeatWish(answer, plan) }
            do throws(GatewayError) {
                return try await reserve(wish, of: date)
            } catch {
                guard error.exit == .refused else { throw error }
                problem = error.message
            }
        }
    }

    /// That there is enough money, and that it is wanted.
    fileprivate func makeSure(of report: ReservationReport, puttingIn isTopUpGiven: Bool) async throws(GatewayError) {
        let reservation = report.reservation
        if let shortfall = try await shortfall(for: reservation.amount, reservation.currency) {
            let refusal = GatewayError(.refused, shortfall.text, advice: shortfall.advice, reason: "INSUFFICIENT")
            if !isTopUpGiven {
                guard canAsk, !arguments.isGiven(CommonFlags.yes) else { throw refusal }
                note("\(shortfall.text.prefix(1).uppercased())\(shortfall.text.dropFirst()).")
                guard try confirm("Put in \(shortfall.missing)?") else { throw refusal }
            }
            _ = try await topUp(shortfall.missing)
        }
        try makeSure(
            "Pay \(report.total) for \(report.seats)?",
            otherwise:
                "nothing was paid. The seats are yours for \(ShownTime.text(report.left(clock.now))): gateway pay")
    }
}

extension SeatWish {
    /// What somebody typed: `Stalls-12-7 Stalls-12-8`, `best 2 A`.
    init(_ answer: String, _ plan: SeatPlan) throws(GatewayError) {
        let words = answer.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
        guard let first = words.first else { throw .usage("Please name seats.") }
        if first == "best" {
            guard words.count >= 2, let count = Int(words[1]), (1...50).contains(count) else {
                throw .usage("Please say how many, as in: best 2 A")
            }
            let grade = words.dropFirst(2).joined(separator: " ")
            let grades = plan.grades.map(\.name)
            // A letter of the map, or the name; where there is one grade, nothing.
            let found = plan.grades.first { $0.name == grade || String($0.letter) == grade.uppercased() }?.name
            guard let name = found ?? (grade.isEmpty && grades.count == 1 ? grades[0] : nil) else {
                throw .usage("Please say of which grade: \(grades.joined(separator: ", "))")
            }
            self = .best(count, grade: name)
        } else {
            self = .named(words)
        }
    }
}

extension SeatPlan {
    /// Some seat that is free, for those who do not know how seats are named.
    fileprivate var exampleSeat: String {
        for block in blocks {
            if let number = block.numbers.first(where: { state(of: $0, in: block) == .free }) {
                return block.name(of: number)
            }
        }
        return "Stalls-12-7"
    }
}
