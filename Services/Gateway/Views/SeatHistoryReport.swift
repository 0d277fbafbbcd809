import ConcertAPI
import Kernel

/// What has become of one seat, as JSON and in words.
struct SeatHistoryReport {
    let seat: String
    let reply: ShowSeatHistoryReply

    func show(_ run: Invocation) {
        var table = Table([
            ("RESERVED", .text), ("STATE", .left), ("ENDED", .text), ("USER", .left), ("RETURNED FOR", .text),
        ])
        for claim in reply.claims {
            let reservation = claim.reservation ?? ReservationEntry()
            table.add([
                run.shown(reservation.reservedAtMs), "\(reservation.state)",
                reservation.endedAtMs == 0 ? "" : run.shown(reservation.endedAtMs),
                UserID(bytes: claim.userID).map { "\($0)" } ?? "", claim.returnReason,
            ])
        }
        let why = reply.blockedReason.isEmpty ? "" : " (\(reply.blockedReason.printable))"
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
            "Seat \(seat.printable), grade \(reply.grade.printable): \(reply.state)\(why)\n\(table.text(run.console))")
    }
}
