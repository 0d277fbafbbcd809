import Database
import Kernel
import TestSupport

/// Concert's stored rows, read without its code.
struct ConcertBooks: Sendable {
    enum State: Int, Sendable {
        case held = 1
        case sold, released, expired, returned
    }

    struct Reservation: Sendable {
        let id: ReservationID
        let seats: [String]
        let amount: Int64
        let deadline: Timestamp
        let state: State
        let payment: PaymentID?
        let returnedSeats: [String]
    }

    /// State 1 is held, 2 is sold.
    struct Seat: Sendable {
        let label: String
        let state: Int
        let holder: ReservationID?
    }

    struct Ticket: Sendable {
        let reservation: ReservationID
        let seat: String
        let price: Int64
        let isCancelled: Bool
        let refunded: Int64
        let kept: Int64
        let refund: RefundID?
    }

    struct Refund: Equatable, Sendable {
        let id: RefundID
        let payment: PaymentID
        let reservation: ReservationID
        let amount: Int64
        let kept: Int64
        let isAcknowledged: Bool
    }

    struct Decision: Sendable {
        /// 0 is a sale, 1 an expired hold, 5 an abort.
        let outcome: Int
        let reservation: ReservationID

        var isConfirmed: Bool { outcome == 0 }
    }

    private(set) var reservations: [ReservationID: Reservation] = [:]
    private(set) var seats: [Seat] = []
    private(set) var validTickets: [Ticket] = []
    private(set) var cancelledTickets: [Ticket] = []
    private(set) var decisions: [PaymentID: Decision] = [:]
    private(set) var refunds: [Refund] = []
    /// True if a cancellation of the date has blocked every seat.
    private(set) var isCancellationFinished = false
    /// The payments of refunds that are not acknowledged.
    var refundsDue: Set<PaymentID> { Set(refunds.filter { !$0.isAcknowledged }.map(\.payment)) }
    private var seatsByHolder: [ReservationID?: [Seat]] = [:]
    private var ticketsBySeat: [String: [Ticket]] = [:]
    private var ticketsByReservation: [ReservationID?: [Ticket]] = [:]
    private var cancelledByReservation: [ReservationID?: [Ticket]] = [:]
    private var refundsByPayment: [PaymentID: [Refund]] = [:]
    private var reservationCounts: [PaymentID?: Int] = [:]

    init() {}

    init(_ reader: Reader) throws {
        try reader.forEach(
            "select reservation_id, seats, amount, deadline, state, payment_id, returned_seats from reservation"
        ) { row in
            let id: ReservationID = try row.id(0)
            reservations[id] = Reservation(
                id: id, seats: try row.text(1).split(separator: ",").map(String.init), amount: try row.int64(2),
                deadline: try row.timestamp(3), state: State(rawValue: try row.int(4))!, payment: try row.optionalID(5),
                returnedSeats: (try row.optionalText(6) ?? "").split(separator: ",").map(String.init))
        }
        seats = try reader.rows(
            "select label, state, reservation_id from seat where state <> 0 order by label"
        ) { row in Seat(label: try row.text(0), state: try row.int(1), holder: try row.optionalID(2)) }
        let tickets = try reader.rows(
            """
            select reservation_id, seat, price, state, coalesce(refunded, 0), coalesce(kept, 0), refund_id from ticket
            order by seat
            """
        ) { row in
            Ticket(
                reservation: try row.id(0), seat: try row.text(1), price: try row.int64(2),
                isCancelled: try row.int(3) == 3, refunded: try row.int64(4), kept: try row.int64(5),
                refund: try row.optionalID(6))
        }
        validTickets = tickets.filter { !$0.isCancelled }
        cancelledTickets = tickets.filter(\.isCancelled)
        try reader.forEach("select payment_id, outcome, reservation_id from decision") { row in
            decisions[try row.id(0)] = Decision(outcome: try row.int(1), reservation: try row.id(2))
        }
        refunds = try reader.rows(
            """
            select refund_id, payment_id, reservation_id, amount, kept, acknowledged_at is not null from refund
            order by refund_id
            """
        ) { row in
            Refund(
                id: try row.id(0), payment: try row.id(1), reservation: try row.id(2), amount: try row.int64(3),
                kept: try row.int64(4), isAcknowledged: try row.bool(5))
        }
        seatsByHolder = Dictionary(grouping: seats, by: \.holder)
        ticketsBySeat = Dictionary(grouping: validTickets, by: \.seat)
        ticketsByReservation = Dictionary(grouping: validTickets, by: \.reservation)
        isCancellationFinished =
            try reader.first("select count(*) from date_cancellation where finished_at is not null") { row in
                try row.int(0) > 0
            } ?? false
        cancelledByReservation = Dictionary(grouping: cancelledTickets, by: \.reservation)
        refundsByPayment = Dictionary(grouping: refunds, by: \.payment)
        reservationCounts = Dictionary(grouping: reservations.values, by: \.payment).mapValues(\.count)
    }

    func seats(of reservation: ReservationID) -> [Seat] { seatsByHolder[reservation] ?? [] }
    func tickets(of reservation: ReservationID?) -> [Ticket] { ticketsByReservation[reservation] ?? [] }
    func cancelledTickets(of reservation: ReservationID?) -> [Ticket] { cancelledByReservation[reservation] ?? [] }
    func refunds(of payment: PaymentID) -> [Refund] { refundsByPayment[payment] ?? [] }
    func tickets(for seat: String) -> [Ticket] { ticketsBySeat[seat] ?? [] }
    /// Returns the number of reservations with this payment.
    func reservationCount(of payment: PaymentID) -> Int { reservationCounts[payment] ?? 0 }
}
