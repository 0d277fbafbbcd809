import ConcertAPI
import Kernel

/// The history of a seat as JSON and as text.
struct SeatHistoryReport {
    let seat: String
    let reply: ShowSeatHistoryReply

    func show(_ run: Invocation) {
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
