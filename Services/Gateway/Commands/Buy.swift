import ConcertAPI
import Kernel
import WalletAPI

/// Joins the line, reserves seats, pays, and shows the tickets.
enum Buy {
    private static let topUp = Flag("--top-up", .isGiven, "top up the missing amount without asking")

    static let command = Command(
        "buy", "Buys tickets: joins the line, reserves seats, and pays.",
        details: """
            In a terminal it asks for values that are not given. In a script, name the date, the seats or --best, and
            pass --yes. After an interruption, repeat the command: it continues, and never pays twice.
            """,
        calls: [.queue, .concert, .wallet], caller: .user, operands: [Invocation.optionalTarget, Reserve.seats],
        flags: [Reserve.best, Reserve.grade, topUp, CommonFlags.yes, CommonFlags.zone],
        examples: [
            "gateway buy", "gateway buy moon-tour/friday", "gateway buy moon-tour/friday --best 2 --grade A --yes",
            "gateway buy moon-tour/friday Stalls-12-7 Stalls-12-8 --yes --top-up --json",
        ],
        run: buy)

    private static func buy(_ run: Invocation) async throws(GatewayError) {
        // Fails before the first question.
        _ = try run.credential()
        let choice = try SeatChoice(run)
        guard run.canAsk || (choice != nil && run.arguments.isGiven(CommonFlags.yes)) else {
            throw .usage("not a terminal: name the date, the seats or --best, and pass --yes")
        }
        let date = try await run.dateToBuy()
        let reservation = try await run.existingOrNewReservation(choice, of: date)
        let report = ReservationReport(reservation: reservation)
        run.note(reservation.state == .held ? report.held(run.clock.now) : report.text(now: run.clock.now))
        if reservation.state == .held {
            let left = DisplayTime.text(report.left(run.clock.now))
            let message = "Nothing is paid. The seats are held for \(left). Next: gateway pay, or gateway release"
            try await run.withInterruptMessage(message) { () async throws(GatewayError) in
                try await run.confirmPayment(of: report, toppingUp: run.arguments.isGiven(topUp))
            }
        }
        let payment = try await run.pay(reservation)
        guard payment.outcome == .paid else { throw await run.refusal(of: payment) }
        try await show(payment, reservation, date, run)
    }

    private static func show(
        _ payment: PaymentView, _ reservation: ReservationEntry, _ date: ConcertDate, _ run: Invocation
    ) async throws(GatewayError) {
        let tickets = try await run.tickets(of: date.concert.name).filter {
            $0.ticket.reservationID == reservation.reservationID
        }
        if run.isJSON {
            let sold = RecentActivity.Reservation(reservation)
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
                "Also seat \(other.ticket.seat.printable): gateway ticket show \(other.ticket.seat.printable)")
        }
    }
}

extension Invocation {
    private static let maximumMapColumns = 200

    /// The date to buy tickets for. First joins the waiting room for browsing the concert, if it has one.
    fileprivate func dateToBuy() async throws(GatewayError) -> ConcertDate {
        var target = try arguments.value(Self.optionalTarget)
        if target == nil { target = Target(concert: try await chooseConcert().name, date: nil) }
        guard let target else { throw .usage("CONCERT/DATE is missing. Usage: \(command.usage)") }
        let concert = try await concert(named: target.concert)
        if !concert.browseRoomID.isEmpty {
            try await joinAndEnter(WaitingLine(room: concert.browseRoomID, target: concert.name))
        }
        if target.date == nil, canAsk { return try await chooseDate(of: concert) }
        return try await date(target)
    }

    private func joinAndEnter(_ line: WaitingLine) async throws(GatewayError) {
        let (place, recorded) = try await join(line)
        let inside = try await waitAndEnter(place, recorded)
        note(PlaceReport(place: inside, target: line.target).shortText(localTime))
    }

    /// A reservation of an earlier attempt that matches the choice, or else a new one.
    ///
    /// An earlier attempt may have held the seats, bought them or started a payment. It needs no place in the line.
    fileprivate func existingOrNewReservation(
        _ choice: SeatChoice?, of date: ConcertDate
    ) async throws(GatewayError) -> ReservationEntry {
        let activity = try activity()
        let undecided = activity.payments.last { $0.isOpen }.map {
            RecentActivity.Reservation(concert: $0.concert, reservation: $0.reservation)
        }
        var unanswered: RequestID?
        if let last = undecided ?? activity.reservations.last, last.concert.bytes == date.concert.concertID {
            if let reservation = try await reservationIfMade(last) {
                let isOfDate = reservation.scheduleID == date.id
                if isOfDate, undecided != nil { return reservation }
                if isOfDate, reservation.state == .held, try await matches(choice, reservation, of: date) {
                    return reservation
                }
                if let choice, let own = try await ownReservation(choice, of: date) { return own }
            } else {
                // The earlier request may still arrive. A request with the same id holds no further seats.
                unanswered = RequestID(of: last.reservation)
            }
        }
        if !date.room.isEmpty, date.room != date.concert.browseRoomID {
            try await joinAndEnter(WaitingLine(room: date.room, target: date.name))
        }
        if let choice { return try await reserve(choice, of: date, as: unanswered) }
        return try await chooseSeats(of: date)
    }

    /// True if the reservation has the chosen seats. Without a choice every reservation matches.
    private func matches(
        _ choice: SeatChoice?, _ reservation: ReservationEntry, of date: ConcertDate
    ) async throws(GatewayError) -> Bool {
        switch choice {
        case nil: return true
        case .named(let names): return Set(names) == Set(reservation.seats)
        case .best(let count, let grade):
            guard count == reservation.seats.count else { return false }
            guard let grade else { return true }
            return try await seatPlan(of: date).names(ofGrade: grade).isSuperset(of: reservation.seats)
        }
    }

    /// Shows the map and asks for seats until a reservation succeeds.
    private func chooseSeats(of date: ConcertDate) async throws(GatewayError) -> ReservationEntry {
        var problem: String?
        while true {
            let plan = try await seatPlan(of: date)
            console.print(SeatMap(plan, style: style, columns: min(console.columns, Self.maximumMapColumns)).text())
            // Printed below the map, which would push it off the screen.
            if let problem { console.print(style.paint(console.fitted(problem), .yellow)) }
            let example = plan.grades.first { $0.free > 0 }?.name ?? "A"
            let choice = try ask(
                "Which seats? Type names such as \(plan.exampleSeat), or: best 2 \(example)"
            ) { answer throws(GatewayError) in try SeatChoice(answer, plan) }
            do throws(GatewayError) {
                return try await reserve(choice, of: date)
            } catch {
                guard error.exit == .refused else { throw error }
                problem = error.message
            }
        }
    }

    /// Tops up the wallet if it has too little money, and asks for confirmation. Throws if the user refuses either.
    fileprivate func confirmPayment(
        of report: ReservationReport, toppingUp isTopUpGiven: Bool
    ) async throws(GatewayError) {
        let reservation = report.reservation
        if let insufficientFunds = try await insufficientFunds(for: reservation.amount, reservation.currency) {
            let refusal = GatewayError(
                .refused, insufficientFunds.text, hint: insufficientFunds.hint, reason: "INSUFFICIENT")
            if !isTopUpGiven {
                guard canAsk, !arguments.isGiven(CommonFlags.yes) else { throw refusal }
                note("\(insufficientFunds.text.prefix(1).uppercased())\(insufficientFunds.text.dropFirst()).")
                guard try confirm("Top up \(insufficientFunds.missing)?") else { throw refusal }
            }
            _ = try await topUp(insufficientFunds.missing)
        }
        let left = DisplayTime.text(report.left(clock.now))
        try requireConfirmation(
            "Pay \(report.total) for \(report.seats)?",
            unchanged: "nothing was paid. The seats are held for \(left). To pay: gateway pay")
    }
}

extension SeatPlan {
    /// The name of a free seat, as an example in a question.
    fileprivate var exampleSeat: String {
        for block in blocks {
            if let number = block.numbers.first(where: { state(of: $0, in: block) == .free }) {
                return block.name(of: number)
            }
        }
        return "Stalls-12-7"
    }
}
