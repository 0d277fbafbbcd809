import ConcertDomain
import Database
import Kernel
import RPC
import Service

/// A cancelled date, and what of it was cancelled before.
struct CancelledDate: Sendable {
    let schedule: Schedule
    let cancellation: DateCancellation
    let progress: CancellationTable.Progress

    init(_ key: ScheduleKey, _ reader: Reader) throws {
        schedule = try ScheduleTable.require(key.schedule, of: key.concert, reader)
        guard let progress = try CancellationTable.find(key, reader), let cancellation = schedule.cancellation else {
            throw BrokenInvariant("date \(key.schedule) is not cancelled, but its cancellation is under way")
        }
        (self.progress, self.cancellation) = (progress, cancellation)
    }
}

/// Seats of a cancelled date, and the reservations that hold or have bought them.
struct CancelledBatch: Sendable {
    private let date: CancelledDate
    private let found: [Seat]
    private let foundReservations: [ReservationID: Reservation]
    private let foundTickets: [ReservationID: [Ticket]]
    private var reservations: [ReservationID: Reservation]
    private var tickets: [ReservationID: [Ticket]]
    private(set) var blocked: [Seat] = []
    private(set) var refunds: [Refund] = []
    private(set) var holdCount = 0

    init(_ labels: ArraySlice<SeatLabel>, of key: ScheduleKey, _ reader: Reader) throws {
        date = try CancelledDate(key, reader)
        let seats = try SeatTable.find(labels.sorted(), of: date.schedule, reader).values
        let holders = Set(seats.compactMap(\.holder)).sorted()
        let reservations = try ReservationTable.find(holders, of: key.concert, reader)
        // Sorting copies its elements, and a ticket is large, so only those of one reservation are sorted.
        let all = try TicketTable.all(of: Array(reservations.values), reader)
        let tickets = Dictionary(grouping: all, by: \.reservation).mapValues { $0.sorted { $0.seat < $1.seat } }
        // All seats of a reservation are blocked in one transaction, because another user could reserve the freed ones.
        let known = Set(labels)
        let others = reservations.values.flatMap(\.seats).filter { !known.contains($0) }
        let more = try SeatTable.find(others.sorted(), of: date.schedule, reader).values.filter { seat in
            seat.holder.map { reservations[$0] != nil } ?? false
        }
        found = (seats + more).sorted { $0.label < $1.label }
        (foundReservations, foundTickets) = (reservations, tickets)
        (self.reservations, self.tickets) = (reservations, tickets)
    }

    /// False if another instance has cancelled the seats.
    var hasSeatsLeft: Bool { found.contains { date.cancellation.blocking($0) != nil } }

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
            let refund = try reservation.cancelDate(date.cancellation, refund: .make(at: now), &tickets, now: now)
            if let refund { refunds.append(refund) }
            if wasHeld { holdCount += 1 }
            (reservations[id], self.tickets[id]) = (reservation, tickets)
        }
        blocked = found.compactMap { date.cancellation.blocking($0) }
    }

    /// Claims the batch first, so that two instances do not work on the same seats. Then writes in the lock order: reservations
    /// by id, tickets, seats by label. Conflicts if a row has changed since it was read.
    func write(_ tx: Transaction) throws {
        if blocked.isEmpty { return }
        try CancellationTable.save(date.progress.adding(self), was: date.progress, tx)
        for id in foundReservations.keys.sorted() where reservations[id] != foundReservations[id] {
            try ReservationTable.save(reservations[id]!, was: foundReservations[id]!, tx)
            for (ticket, old) in zip(tickets[id] ?? [], foundTickets[id] ?? []) where ticket != old {
                try TicketTable.save(ticket, was: old, tx)
            }
        }
        let old = Dictionary(found.map { ($0.label, $0) }) { first, _ in first }
        for seat in blocked { try SeatTable.change(seat, was: old[seat.label]!, of: date.schedule, tx) }
        for refund in refunds { try RefundTable.insert(refund, tx) }
        try EventTable.append(
            refunds.compactMap { refund in
                reservations[refund.reservation].map {
                    SaleEvent.return(refund, of: $0, tickets[refund.reservation] ?? [])
                }
            }, tx)
    }
}

extension CancellationTable.Progress {
    fileprivate func adding(_ batch: CancelledBatch) -> Self {
        var progress = self
        progress.seats += Int64(batch.blocked.count)
        progress.holds += Int64(batch.holdCount)
        progress.tickets += Int64(batch.refunds.reduce(0) { $0 + $1.seats.count })
        progress.refunded += batch.refunds.reduce(0) { $0 + $1.amount.minorUnits }
        return progress
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
