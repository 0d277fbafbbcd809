import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum SeatHistory {
    private static let seat = Operand("SEAT", .text("SEAT"))

    static let command = Command(
        "admin seats history", "Shows who held or bought a seat, when, and why it was returned.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seat], flags: [CommonFlags.zone],
        examples: ["gateway admin seats history moon-tour/friday Stalls-12-7"],
        run: { run in
            let seat = run[seat]
            let date = try await run.catalogue.date(run[Operands.target])
            let request = ShowSeatHistoryRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seat: seat)
            show(try await run.caller.call(ConcertMethods.showSeatHistory, request), of: seat, run)
        })

    private static func show(_ reply: ShowSeatHistoryReply, of seat: String, _ run: Invocation) {
        let table = Table(
            [.wrapped("RESERVED"), "STATE", .wrapped("ENDED"), "USER", .wrapped("RETURNED FOR")], reply.claims
        ) { claim in
            let reservation = claim.reservation ?? ReservationEntry()
            return [
                run.localTime(reservation.reservedAtMs), "\(reservation.state)",
                reservation.endedAtMs == 0 ? "" : run.localTime(reservation.endedAtMs),
                UserID(bytes: claim.userID).map { "\($0)" } ?? "", claim.returnReason,
            ]
        }
        let reason = reply.blockedReason.isEmpty ? "" : " (\(reply.blockedReason.printable))"
        run.show(
            .object([
                "seat": .string(seat), "state": .name(of: reply.state),
                "blockedReason": .text(reply.blockedReason), "grade": .string(reply.grade),
                "claims": .list(reply.claims) { claim in
                    .object([
                        "userId": .id(claim.userID), "reservation": claim.reservation.map(\.json),
                        "returnReason": .text(claim.returnReason),
                    ])
                },
            ]),
            "Seat \(seat.printable), grade \(reply.grade.printable): \(reply.state)\(reason)\n"
                + table.text(run.console))
    }
}
