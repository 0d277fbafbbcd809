import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Holds and releases seats, and lists reservations.
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
            let reservation = try await Seats(of: date, run.caller).reserveOnce(choice)
            show(reservation, run)
            if reservation.state == .held { run.note(date.returnsText(run)) }
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
                ["ID", "DATE", "STATE", .right("TOTAL"), .wrapped("SEATS")]
            ) { reservation in
                [
                    IDSuffix.text(of: reservation.reservationID), names[reservation.scheduleID] ?? "",
                    reservation.shortText(run.clock.now), reservation.total, reservation.seatsText,
                ]
            }
        })
}

extension Reservation {
    var total: String { Money.text(amount, currency) }

    var seatNames: String { SeatText.list(seats).printable }

    /// The seats for a table: `A-1-1, A-1-2; returned: A-1-2`. Those of a returned reservation are all returned.
    var seatsText: String {
        state == .returned || returnedSeats.isEmpty ? seatNames : "\(seatNames); returned: \(returnedNames)"
    }

    private var returnedNames: String { SeatText.list(returnedSeats).printable }

    var json: JSON {
        .object([
            "reservationId": .id(reservationID), "code": .string(IDSuffix.text(of: reservationID)),
            "concertId": .id(concertID), "scheduleId": .id(scheduleID), "state": .name(of: state),
            "seats": .list(seats) { .string($0) }, "total": Money.json(amount, currency),
            "reservedAt": .time(reservedAt), "deadline": .time(deadline), "soldAt": .time(soldAt),
            "endedAt": .time(endedAt), "updatedAt": .time(updatedAt), "paymentId": .id(paymentID),
            "userId": .id(userID), "returnedSeats": .list(returnedSeats) { .string($0) },
            "returnReason": .text(returnReason), "isDateCancelled": .bool(dateCancelled),
        ])
    }

    func text(now: Timestamp) -> String {
        switch state {
        case .held: "\(held(now)) To pay: gateway pay"
        case .sold:
            "Bought: \(seatNames), \(total).\(returnedSeats.isEmpty ? "" : " Returned: \(returnedNames).") "
                + "Your tickets: gateway tickets"
        case .released where dateCancelled:
            "The date of \(seatNames) was cancelled. Reason: \(returnReason.printable)."
        case .released: "Released: \(seatNames)."
        case .expired: "The hold on \(seatNames) expired before a payment."
        case .returned:
            "Returned: \(seatNames), \(total).\(returnReason.isEmpty ? "" : " Reason: \(returnReason.printable).")"
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
