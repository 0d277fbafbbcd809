import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum SeatHistory {
    private static let seat = Operand("SEAT", ValueKind<String>.text("SEAT"))

    static let command = Command(
        "admin seats history", "Shows who held or bought a seat, when, and why it was returned.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seat], flags: [CommonFlags.zone],
        examples: ["gateway admin seats history moon-tour/friday Stalls-12-7"],
        run: { run in
            let seat = try run.arguments.required(seat)
            let date = try await run.catalogue.date(try run.arguments.required(Operands.target))
            let request = ShowSeatHistoryRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seat: seat)
            show(try await run.caller.call(ConcertMethods.showSeatHistory, request), of: seat, run)
        })

    private static func show(_ reply: ShowSeatHistoryReply, of seat: String, _ run: Invocation) {
        var table = Table([
            ("RESERVED", .wrapped), ("STATE", .left), ("ENDED", .wrapped), ("USER", .left), ("RETURNED FOR", .wrapped),
        ])
        for claim in reply.claims {
            let reservation = claim.reservation ?? ReservationEntry()
            table.add([
                run.localTime(reservation.reservedAtMs), "\(reservation.state)",
                reservation.endedAtMs == 0 ? "" : run.localTime(reservation.endedAtMs),
                UserID(bytes: claim.userID).map { "\($0)" } ?? "", claim.returnReason,
            ])
        }
        let reason = reply.blockedReason.isEmpty ? "" : " (\(reply.blockedReason.printable))"
        run.show(
            .object([
                "seat": .string(seat), "state": .name(of: reply.state),
                "blockedReason": reply.blockedReason.isEmpty ? nil : .string(reply.blockedReason),
                "grade": .string(reply.grade),
                "claims": .list(reply.claims) { claim in
                    .object([
                        "userId": .id(claim.userID),
                        "reservation": claim.reservation.map { ReservationReport(reservation: $0).json },
                        "returnReason": claim.returnReason.isEmpty ? nil : .string(claim.returnReason),
                    ])
                },
            ]),
            "Seat \(seat.printable), grade \(reply.grade.printable): \(reply.state)\(reason)\n"
                + table.text(run.console))
    }
}
