import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Holds seats, releases and returns them, and lists reservations.
enum ReservationCommands {
    static let reserve = Command(
        "reserve", "Holds seats for you, all or none, until you pay or the hold ends.",
        details: """
            Name the seats as on the map, or let the service choose with --best. If you reserve your own seats again,
            you get the same reservation.
            """,
        calls: [.concert, .queue], caller: .user, operands: [Operands.target, SeatFlags.seats],
        flags: [SeatFlags.best, SeatFlags.grade, CommonFlags.requestID],
        examples: ["moon-tour/friday Stalls-12-7 Stalls-12-8", "moon-tour --best 2 --grade A"],
        run: { run in
            guard let choice = try SeatFlags.choice(run) else {
                throw GatewayError.usage("SEAT is missing. Name seats such as Stalls-12-7, or pass --best 2 --grade A")
            }
            let date = try await run.catalogue.date(run[Operands.target])
            show(try await Seats(of: date, run.caller).reserveOnce(choice), run)
        })

    static let release = Command(
        "release", "Releases held seats before the hold ends: the latest ones, or those of a reservation.",
        calls: [.concert], caller: .user, operands: [Operands.reservation], examples: ["", "3f2a9c01"],
        run: { run in
            let reservation = try await Reservations(run.caller).reservation(run[Operands.reservation])
            let request = ReleaseReservationRequest(
                concertID: reservation.concertID, reservationID: reservation.reservationID)
            let reply = try await run.caller.call(ConcertMethods.releaseReservation, request)
            show(reply.reservation, run)
        })

    private static func show(_ reservation: Reservation, _ run: Invocation) {
        run.show(reservation.json, reservation.text(now: run.clock.now))
    }

    static let list = Command(
        "reservations", "Lists your reservations, newest first.",
        calls: [.concert], caller: .user, operands: [Operands.optionalConcert], examples: ["", "moon-tour --json"],
        run: { run in
            let reservations = try await Reservations(run.caller).all(of: run[Operands.optionalConcert])
            let names = run.isJSON ? [:] : try await run.catalogue.dateNames(of: reservations)
            run.show(
                reservations, \.json, empty: "You have no reservations.",
                ["CODE", "DATE", "STATE", .right("TOTAL"), .wrapped("SEATS")]
            ) { reservation in
                [
                    IDSuffix.text(of: reservation.reservationID), names[reservation.scheduleID] ?? "",
                    reservation.shortText(run.clock.now), reservation.total, reservation.seatNames,
                ]
            }
        })

    private static let reason = Option("reason", .text("TEXT"), "reason, for the organiser")

    static let cancel = Command(
        "cancel", "Returns bought seats for a refund, or cancels a payment that is not decided yet.",
        details: """
            A reservation is returned as a whole: its tickets become invalid, and the money is refunded to your wallet.
            Each date has a deadline for returns. To release seats that are only held: gateway release. If a payment
            cannot be cancelled at once, the command exits with 2, and the payment is cancelled or paid later.
            """,
        calls: [.concert, .wallet], caller: .user, operands: [Operands.reservation],
        flags: [reason, CommonFlags.yes, CommonFlags.requestID], examples: ["", "3f2a9c01 --yes --json"],
        run: { run in try await giveBack(run) })

    private static func giveBack(_ run: Invocation) async throws {
        let name = run[Operands.reservation]
        if let payment = try await Payments(run.caller).undecided(of: name) { return try await end(payment, run) }
        let reservation = try await Reservations(run.caller).reservation(name)
        switch reservation.state {
        case .sold: break
        case .returned:
            return run.show(.object(["reservation": reservation.json]), reservation.text(now: run.clock.now))
        case .held: throw GatewayError.refused("the seats are held, not bought. To release them: gateway release")
        default:
            throw GatewayError.refused(
                "there are no bought seats to return. \(reservation.text(now: run.clock.now)) "
                    + Reservation.reserveAgain)
        }
        try run.questions.requireConfirmation(
            "Return \(reservation.seatNames) for \(reservation.total)?",
            unchanged: "nothing was returned. The seats are yours")
        let request = CancelReservationRequest(
            concertID: reservation.concertID, reservationID: reservation.reservationID,
            reason: run[reason] ?? "")
        let reply = try await run.caller.call(
            ConcertMethods.cancelReservation, request, requestID: run.caller.newRequestID())
        let cancelled = reply.reservation
        run.show(
            .object(["reservation": cancelled.json, "refundId": .id(reply.refundID)]),
            "\(cancelled.text(now: run.clock.now)) The refund is on its way to your wallet.")
    }

    private static func end(_ payment: Payment, _ run: Invocation) async throws {
        try run.questions.requireConfirmation(
            "Cancel \(payment.title), which is not decided yet?",
            unchanged: "nothing was cancelled. To continue the payment: gateway pay")
        let cancelled = try await Payments(run.caller).cancel(payment)
        switch cancelled.outcome {
        case .notPaid: run.show(cancelled.json, cancelled.text)
        case .paid:
            throw GatewayError.refused(
                "the payment succeeded before the cancellation. To return the seats: gateway cancel")
        default:
            throw GatewayError(
                .indefinite, cancelled.cancellationPending, hint: Payment.seeOutcome, reason: "PENDING")
        }
    }
}

extension Reservation {
    var total: String { Money.text(amount, currency) }

    var seatNames: String { seats.joined(separator: ", ").printable }

    var json: JSON {
        .object([
            "reservationId": .id(reservationID), "code": .string(IDSuffix.text(of: reservationID)),
            "concertId": .id(concertID), "scheduleId": .id(scheduleID), "state": .name(of: state),
            "seats": .list(seats) { .string($0) }, "total": Money.json(amount, currency),
            "reservedAt": .time(reservedAt), "deadline": .time(deadline), "soldAt": .time(soldAt),
            "endedAt": .time(endedAt), "paymentId": .id(paymentID),
        ])
    }

    func text(now: Timestamp) -> String {
        switch state {
        case .held: "\(held(now)) To pay: gateway pay"
        case .sold: "Bought: \(seatNames), \(total). Your tickets: gateway tickets"
        case .released: "Released: \(seatNames)."
        case .expired: "The hold on \(seatNames) expired before a payment."
        case .returned: "Returned: \(seatNames), \(total)."
        case .unspecified, .unrecognized: "\(seatNames): \(state)"
        }
    }

    /// The hint for a reservation that has ended.
    static let reserveAgain = "To reserve again: gateway reserve CONCERT/DATE SEAT"

    /// The text for a table.
    func shortText(_ now: Timestamp) -> String { state == .held ? "held for \(left(now))" : "\(state)" }

    func held(_ now: Timestamp) -> String { "Held for you: \(seatNames), \(total), for \(left(now))." }

    /// The time until the hold ends.
    func left(_ now: Timestamp) -> String { (deadline - now).text }
}
