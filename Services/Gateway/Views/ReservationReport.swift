import ConcertAPI
import Kernel

/// A reservation, as JSON and in words.
struct ReservationReport {
    let reservation: ReservationEntry

    var total: String { Money.text(reservation.amount, reservation.currency) }

    var seats: String { reservation.seats.joined(separator: ", ").printable }

    var json: JSON {
        .object([
            "reservationId": .id(reservation.reservationID),
            "code": .string(IDEnding.text(of: reservation.reservationID)),
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
            "\(held(now)) To buy: gateway pay"
        case .sold: "Yours: \(seats), \(total). The tickets: gateway tickets"
        case .released: "Released: \(seats)."
        case .expired:
            "The time was over before \(seats) \(reservation.seats.count == 1 ? "was" : "were") paid for."
        case .returned: "Given back: \(seats), \(total)."
        case .unspecified, .unrecognized: "\(seats): \(reservation.state)"
        }
    }

    /// What to do where the seats are gone.
    static let again = "To hold seats again: gateway reserve CONCERT/DATE SEAT"

    /// For a column.
    func briefly(_ now: Timestamp) -> String {
        reservation.state == .held ? "held for \(ShownTime.text(left(now)))" : "\(reservation.state)"
    }

    func held(_ now: Timestamp) -> String {
        "Held for you: \(seats), \(total), for \(ShownTime.text(left(now)))."
    }

    func left(_ now: Timestamp) -> Duration {
        max(.zero, Timestamp(milliseconds: Int64(clamping: reservation.deadlineMs)) - now)
    }
}
