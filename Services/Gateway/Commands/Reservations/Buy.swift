import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Joins the line, reserves seats, pays, and shows the tickets.
struct Buy {
    private static let maximumMapColumns = 200
    private static let topUp = Option("top-up", .flag, "top up the missing amount without asking")

    static let command = Command(
        "buy", "Buys tickets: joins the line, reserves seats, and pays.",
        details: """
            In a terminal it asks for values that are not given. In a script, name the date, the seats or --best, and
            pass --yes. After an interruption, repeat the command: it continues, and never pays twice.
            """,
        calls: [.queue, .concert, .wallet], caller: .user, operands: [Operands.optionalTarget, SeatFlags.seats],
        flags: [SeatFlags.best, SeatFlags.grade, topUp, CommonFlags.yes],
        examples: [
            "", "moon-tour/friday", "moon-tour/friday --best 2 --grade A --yes",
            "moon-tour/friday Stalls-12-7 Stalls-12-8 --yes --top-up --json",
        ],
        run: { run in try await Buy(run: run).buy() })

    let run: Invocation

    private func buy() async throws {
        // Fails before the first question.
        _ = try await run.ownCredential()
        let choice = try SeatFlags.choice(run)
        guard run.questions.canAsk || (choice != nil && run.questions.isConfirmed) else {
            throw GatewayError.usage("not a terminal: name the date, the seats or --best, and pass --yes")
        }
        let date = try await chooseDate()
        let reservation = try await reservation(of: choice, date)
        let now = run.clock.now
        run.note(reservation.state == .held ? reservation.held(now) : reservation.text(now: now))
        if reservation.state == .held {
            run.note(date.returnsText(run))
            try await run.questions.withInterruptMessage(
                "Nothing is paid. The seats are held for \(reservation.left(now)). Next: gateway pay, or gateway release"
            ) { try await confirmPayment(of: reservation) }
        }
        try await show(try await PaymentCommands.pay(reservation, run).payment, reservation, date)
    }

    /// The date to buy tickets for. First joins the waiting room for browsing the concert, if it has one.
    private func chooseDate() async throws -> ConcertDate {
        let target = try await ConcertChoice(run: run).target()
        let concert = try await run.catalogue.concert(named: target.concert)
        try await enter(WaitingLine(run.caller).browsing(concert))
        if target.date == nil, run.questions.canAsk { return try await ConcertChoice(run: run).date(of: concert) }
        return try await run.catalogue.date(target)
    }

    private func enter(_ entrance: WaitingLine.Entrance?) async throws {
        guard let entrance else { return }
        let (place, recorded) = try await WaitingLine(run.caller).join(entrance)
        let inside = try await LineCommands.waitAndEnter(place, recorded, run)
        run.note(PlaceReport(place: inside, target: entrance.target).shortText(run))
    }

    /// A reservation of an earlier attempt that matches the choice, or else a new one.
    private func reservation(of choice: SeatChoice?, _ date: ConcertDate) async throws -> Reservation {
        let seats = Seats(of: date, run.caller)
        // It needs no place in the line.
        let (earlier, unanswered) = try await seats.earlierReservation(of: choice)
        if let earlier { return earlier }
        if !date.rooms.contains(where: { $0 == date.concert.browseRoomID }) {
            try await enter(try await WaitingLine(run.caller).entrance(to: date))
        }
        if let choice { return try await seats.reserve(choice, as: unanswered) }
        return try await chooseSeats(seats, of: date)
    }

    /// Shows the map, again if it has changed, and asks for seats until a reservation succeeds.
    private func chooseSeats(_ seats: Seats, of date: ConcertDate) async throws -> Reservation {
        try await WaitingLine(run.caller).keepingPlace(in: date.rooms) { try await askForSeats(seats) }
    }

    private func askForSeats(_ seats: Seats) async throws -> Reservation {
        var (problem, shown) = (String?.none, "")
        while true {
            let plan = try await seats.plan()
            let columns = min(run.console.columns, Self.maximumMapColumns)
            let map = SeatMap(plan, style: run.style, columns: columns).text()
            if map != shown { run.console.print(map) }
            shown = map
            // Printed below the map, which would push it off the screen.
            if let problem { run.console.print(run.style.paint(run.console.fitted(problem), .yellow)) }
            let grade = plan.grades.first { $0.free > 0 }?.name ?? "A"
            let seat = plan.names(.free, plan.blocks).first ?? "Stalls-12-7"
            let choice = try await run.questions.askInBackground(
                "Type seats such as \(seat), or best 2 \(grade), or no to stop.\nWhich seats?"
            ) { answer throws(GatewayError) in try SeatFlags.choice(of: answer, plan, run) }
            do {
                return try await seats.reserve(choice)
            } catch {
                let error = run.error(error)
                guard error.exit == .refused else { throw error }
                problem = error.message
            }
        }
    }

    /// Tops up the wallet if it has too little money, and asks for confirmation. Throws if the user refuses either.
    private func confirmPayment(of reservation: Reservation) async throws {
        let wallet = Wallet(run.caller)
        if let shortfall = try await wallet.shortfall(for: reservation.amount, reservation.currency) {
            let hint = shortfall.hint(toPay: reservation.reservationID)
            let refusal = GatewayError(.refused, shortfall.text, hint: hint, reason: "INSUFFICIENT")
            if !run[Self.topUp] {
                guard run.questions.canAsk, !run.questions.isConfirmed else { throw refusal }
                run.note("\(shortfall.text.prefix(1).uppercased())\(shortfall.text.dropFirst()).")
                guard try run.questions.confirm("Top up \(shortfall.missingText)?") else { throw refusal }
            }
            _ = try await wallet.topUp(shortfall.missing, shortfall.currency)
        }
        try run.questions.requireConfirmation(
            "Pay \(reservation.total) for \(reservation.seatNames)?",
            unchanged:
                "nothing was paid. The seats are held for \(reservation.left(run.clock.now)). To pay: gateway pay")
    }

    private func show(_ payment: Payment, _ reservation: Reservation, _ date: ConcertDate) async throws {
        let tickets = try await Tickets(run.caller).all(of: date.concert.name).filter {
            $0.ticket.reservationID == reservation.reservationID
        }
        if run.isJSON {
            let sold = try await Reservations(run.caller).reservation(RecentActivity.Reservation(reservation))
            return run.show(
                .object(["reservation": sold.json, "payment": payment.json, "tickets": .list(tickets, \.json)]), "")
        }
        let paid = "Paid: \(payment.total). Enjoy the concert!"
        guard let first = tickets.first else { return run.console.print(paid) }
        let others = tickets.dropFirst().map { other in
            "Also seat \(other.ticket.seat.printable): gateway ticket show \(other.ticket.seat.argument)\n"
        }
        // Beside the code, which would push lines above it off the screen.
        try await TicketCommands.show(first, run, above: "\(paid)\n\n\(others.joined())\(others.isEmpty ? "" : "\n")")
    }
}
