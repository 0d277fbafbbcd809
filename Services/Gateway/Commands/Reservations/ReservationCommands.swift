import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Holds seats, releases them, and lists reservations.
enum ReservationCommands {
    static let reserve = Command(
        "reserve", "Holds seats for you, all or none, until you pay or the hold ends.",
        details: """
            Name the seats as on the map, or let the service choose with --best. If you reserve your own seats again,
            you get the same reservation.
            """,
        calls: [.concert, .queue], caller: .user, operands: [Operands.target, SeatFlags.seats],
        flags: [SeatFlags.best, SeatFlags.grade, CommonFlags.requestID],
        examples: [
            "gateway reserve moon-tour/friday Stalls-12-7 Stalls-12-8", "gateway reserve moon-tour --best 2 --grade A",
        ],
        run: { run in
            guard let choice = try SeatFlags.choice(run) else {
                throw GatewayError.usage("SEAT is missing. Name seats such as Stalls-12-7, or pass --best 2 --grade A")
            }
            let date = try await run.catalogue.date(run[Operands.target])
            show(try await Seats(of: date, run.caller).reserveOnce(choice), run)
        })

    static let release = Command(
        "release", "Releases held seats before the hold ends: the latest ones, or those of a reservation.",
        calls: [.concert], caller: .user, operands: [Operands.reservation],
        examples: ["gateway release", "gateway release 3f2a9c01"],
        run: { run in
            let reservation = try await Reservations(run.caller).reservation(run[Operands.reservation])
            let request = ReleaseReservationRequest(
                concertID: reservation.concertID, reservationID: reservation.reservationID)
            let reply = try await run.caller.call(ConcertMethods.releaseReservation, request)
            show(reply.reservation ?? reservation, run)
        })

    private static func show(_ reservation: ReservationEntry, _ run: Invocation) {
        run.show(reservation.json, reservation.text(now: run.clock.now))
    }

    static let list = Command(
        "reservations", "Lists your reservations, newest first.",
        calls: [.concert], caller: .user, operands: [Operands.optionalConcert], flags: [CommonFlags.zone],
        examples: ["gateway reservations", "gateway reservations moon-tour --json"],
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
}
