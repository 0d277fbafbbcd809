import ConcertAPI
import Journeys
import Kernel

/// A reservation as JSON and as text.
struct ReservationReport {
    let reservation: ReservationEntry

    var total: String { Money.text(reservation.amount, reservation.currency) }

    var seats: String { reservation.seats.joined(separator: ", ").printable }

    var json: JSON {
        .object([
            "reservationId": .id(reservation.reservationID),
            "code": .string(IDSuffix.text(of: reservation.reservationID)),
            "concertId": .id(reservation.concertID), "scheduleId": .id(reservation.scheduleID),
            "state": .name(of: reservation.state), "seats": .list(reservation.seats) { .string($0) },
            "total": Money.json(reservation.amount, reservation.currency),
            "reservedAt": .time(reservation.reservedAtMs), "deadline": .time(reservation.deadlineMs),
            "soldAt": .time(reservation.soldAtMs), "endedAt": .time(reservation.endedAtMs),
            "paymentId": .id(reservation.paymentID),
        ])
    }

    func text(now: Timestamp) -> String {
        switch reservation.state {
        case .held:
            "\(held(now)) To pay: gateway pay"
        case .sold: "Bought: \(seats), \(total). Your tickets: gateway tickets"
        case .released: "Released: \(seats)."
        case .expired: "The hold on \(seats) expired before a payment."
        case .returned: "Returned: \(seats), \(total)."
        case .unspecified, .unrecognized: "\(seats): \(reservation.state)"
        }
    }

    /// The hint for a reservation that has ended.
    static let reserveAgain = "To reserve again: gateway reserve CONCERT/DATE SEAT"

    /// The text for a table.
    func shortText(_ now: Timestamp) -> String {
        reservation.state == .held ? "held for \(DisplayTime.text(left(now)))" : "\(reservation.state)"
    }

    func held(_ now: Timestamp) -> String {
        "Held for you: \(seats), \(total), for \(DisplayTime.text(left(now)))."
    }

    /// The time until the hold ends.
    func left(_ now: Timestamp) -> Duration {
        max(.zero, Timestamp(milliseconds: Int64(clamping: reservation.deadlineMs)) - now)
    }
}
