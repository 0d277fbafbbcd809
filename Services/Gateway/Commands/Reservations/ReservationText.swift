import ConcertAPI
import Journeys
import Kernel

extension ReservationEntry {
    var total: String { Money.text(amount, currency) }

    var seatNames: String { seats.joined(separator: ", ").printable }

    var json: JSON {
        .object([
            "reservationId": .id(reservationID), "code": .string(IDSuffix.text(of: reservationID)),
            "concertId": .id(concertID), "scheduleId": .id(scheduleID), "state": .name(of: state),
            "seats": .list(seats) { .string($0) }, "total": Money.json(amount, currency),
            "reservedAt": .time(reservedAtMs), "deadline": .time(deadlineMs), "soldAt": .time(soldAtMs),
            "endedAt": .time(endedAtMs), "paymentId": .id(paymentID),
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
    func left(_ now: Timestamp) -> String { (Timestamp(milliseconds: Int64(clamping: deadlineMs)) - now).text }
}
