import ConcertDomain
import Database
import Kernel
import RPC
import Service

/// Seats of a cancelled date, and the reservations that hold or have bought them.
struct CancelledBatch {
    private let schedule: Schedule
    private let cancellation: DateCancellation
    private let found: [Seat]
    private let foundReservations: [ReservationID: Reservation]
    private let foundTickets: [ReservationID: [Ticket]]
    private var reservations: [ReservationID: Reservation]
    private var tickets: [ReservationID: [Ticket]]
    private(set) var blocked: [Seat] = []
    private(set) var refunds: [Refund] = []
    private(set) var holdCount = 0

    init(_ seats: [Seat], of schedule: Schedule, _ cancellation: DateCancellation, _ tx: Transaction) throws {
        let holders = Set(seats.compactMap(\.holder)).sorted()
        let reservations = try ReservationTable.find(holders, of: schedule.concert, tx)
        // Sorting copies its elements, and a ticket is large, so only those of one reservation are sorted.
        let all = try TicketTable.all(of: Array(reservations.values), tx)
        let tickets = Dictionary(grouping: all, by: \.reservation).mapValues { $0.sorted { $0.seat < $1.seat } }
        // All seats of a reservation are blocked in one transaction, because another user could reserve the freed ones.
        let known = Set(seats.map(\.label))
        let others = reservations.values.flatMap(\.seats).filter { !known.contains($0) }
        let more = try SeatTable.find(others.sorted(), of: schedule, tx).values.filter { seat in
            seat.holder.map { reservations[$0] != nil } ?? false
        }
        (self.schedule, self.cancellation) = (schedule, cancellation)
        found = (seats + more).sorted { $0.label < $1.label }
        (foundReservations, foundTickets) = (reservations, tickets)
        (self.reservations, self.tickets) = (reservations, tickets)
    }

    mutating func cancel(now: Timestamp) throws(ConcertRefusal) {
        for id in foundReservations.keys.sorted() {
            guard var reservation = reservations[id] else { continue }
            if reservation.expire(now: now) {
                reservations[id] = reservation
                continue
            }
            let wasHeld = reservation.state == .held
            var tickets = tickets[id] ?? []
            // A random id: a user who could guess it could use it for another return, and so stop the cancellation. The
            // reservation is saved conditionally, so it is refunded once.
            let refund = try reservation.cancelDate(cancellation, refund: .make(at: now), &tickets, now: now)
            if let refund { refunds.append(refund) }
            if wasHeld { holdCount += 1 }
            (reservations[id], self.tickets[id]) = (reservation, tickets)
        }
        blocked = found.compactMap { cancellation.blocking($0) }
    }

    /// Writes in the lock order: reservations by id, tickets, seats by label.
    func write(_ tx: Transaction) throws {
        for id in foundReservations.keys.sorted() where reservations[id] != foundReservations[id] {
            try ReservationTable.save(reservations[id]!, was: foundReservations[id]!, tx)
            for (ticket, old) in zip(tickets[id] ?? [], foundTickets[id] ?? []) where ticket != old {
                try TicketTable.save(ticket, was: old, tx)
            }
        }
        let old = Dictionary(found.map { ($0.label, $0) }) { first, _ in first }
        for seat in blocked { try SeatTable.change(seat, was: old[seat.label]!, of: schedule, tx) }
        for refund in refunds { try RefundTable.insert(refund, tx) }
        try EventTable.append(
            refunds.compactMap { refund in
                reservations[refund.reservation].map {
                    SaleEvent.return(refund, of: $0, tickets[refund.reservation] ?? [])
                }
            }, tx)
    }
}

extension Seat {
    /// The reservation that holds or has bought it.
    fileprivate var holder: ReservationID? {
        switch claim {
        case .held(let holder, _), .sold(let holder): holder
        case .free, .blocked: nil
        }
    }
}
