import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

/// Decisions about payments for one concert in one transaction. On PostgreSQL the batch needs a few round trips,
/// instead of a few for each decision.
struct ConfirmBatch {
    typealias Line = Batcher<ConcertID, Request, [Result<ConcertAPI.Decision, any Error>]>

    struct Request: Sendable {
        let payment: PaymentID
        let reservation: ReservationID
        let user: UserID
        let amount: Money
        let deadline: Uptime
    }

    static func line(on database: Database) -> Line {
        Line { requests, concert in
            try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
                try confirm(requests, in: concert, tx)
            }
        }
    }

    private let concert: ConcertID
    private let now: Timestamp
    /// The reservations as they were read.
    private let found: [ReservationID: Reservation]
    /// Those that a decision has sold or expired.
    private var changed: [ReservationID: Reservation] = [:]
    private var tickets: [ReservationID: [Ticket]] = [:]

    static func confirm(
        _ requests: [Request], in concert: ConcertID, _ tx: Transaction
    ) throws -> [Result<ConcertAPI.Decision, any Error>] {
        // Fence: a concurrent call for one of these payments waits here and then reads the decision. So does a second request
        // for a payment in this batch.
        let firsts = Dictionary(zip(requests.map(\.payment), requests.indices)) { first, _ in first }
        let expected = requests.indices.filter { firsts[requests[$0].payment] == $0 }.map { index in
            Decision(requests[index].payment, for: requests[index].reservation, .confirmed, at: tx.now)
        }
        let inserted = try DecisionTable.insert(expected, in: concert, tx)
        let reservations = try ReservationTable.pending(
            Set(requests.map(\.reservation)).sorted(), of: concert, tx)
        let undecided = Set(try inserted.all())
        let new = requests.indices.filter {
            firsts[requests[$0].payment] == $0 && undecided.contains(requests[$0].payment)
        }
        var batch = ConfirmBatch(try reservations.all(), in: concert, now: tx.now)
        let decisions = Dictionary(uniqueKeysWithValues: new.map { ($0, batch.decide(requests[$0])) })
        let aborts = decisions.values.filter { $0.outcome != .confirmed }.sorted { $0.payment < $1.payment }
        try batch.write(aborts, tx)
        return try requests.enumerated().map { index, request in
            guard let decision = decisions[index] else {
                return .success(try ConcertServer.decision(about: request.payment, in: concert, tx))
            }
            guard decision.outcome == .confirmed else { return .success(.init(decision)) }
            let id = decision.reservation
            return .success(.init(decision, sold: batch.changed[id], batch.tickets[id] ?? []))
        }
    }

    private init(_ reservations: [Reservation], in concert: ConcertID, now: Timestamp) {
        (self.concert, self.now) = (concert, now)
        found = Dictionary(reservations.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Decides in the order of the requests: the first payment for a reservation buys it.
    private mutating func decide(_ request: Request) -> Decision {
        let reservation = changed[request.reservation] ?? found[request.reservation]
        let outcome = Decision.judge(reservation, paidBy: request.user, request.amount, now: now)
        if var reservation {
            switch outcome {
            case .confirmed:
                reservation.sell(to: request.payment, now: now)
                changed[reservation.id] = reservation
            case .aborted(.expired): if reservation.expire(now: now) { changed[reservation.id] = reservation }
            case .aborted: break
            }
        }
        return Decision(request.payment, for: request.reservation, outcome, at: now)
    }

    /// Writes in the lock order: decisions, reservations by id, seats by label.
    private mutating func write(_ aborts: [Decision], _ tx: Transaction) throws {
        for abort in aborts { try DecisionTable.settle(abort, in: concert, tx) }
        let schedules = try schedules(tx)
        let changed = self.changed.keys.sorted().map { self.changed[$0]! }
        for reservation in changed { try ReservationTable.save(reservation, was: found[reservation.id]!, tx) }
        try sell(changed, schedules, tx)
    }

    /// The dates of the reservations, of which there are few.
    private func schedules(_ tx: Transaction) throws -> [PendingRows<Schedule>] {
        try Set(changed.values.filter { $0.state == .sold }.map(\.schedule)).sorted().map {
            try ScheduleTable.pending($0, of: concert, tx)
        }
    }

    /// Sells the seats of sold reservations, and frees those of expired ones. Throws if a seat does not belong to its sold
    /// reservation.
    private mutating func sell(_ changed: [Reservation], _ schedules: [PendingRows<Schedule>], _ tx: Transaction) throws
    {
        var sold: [(label: SeatLabel, owner: Int, seat: PendingRows<Seat>)] = []
        // With indexes, because sorting copies its elements, and a reservation is large.
        let seats = changed.indices.flatMap { owner in changed[owner].seats.map { (label: $0, owner: owner) } }
        for (label, owner) in seats.sorted(by: { a, b in
            a.label == b.label ? changed[a.owner].schedule < changed[b.owner].schedule : a.label < b.label
        }) {
            if changed[owner].state == .sold {
                sold.append((label, owner, try SeatTable.sell(label, of: changed[owner], tx)))
            } else {
                try SeatTable.free(label, of: changed[owner], tx)
            }
        }
        let dates = Dictionary(try schedules.all().map { ($0.id, $0) }) { first, _ in first }
        let tickets = try sold.map { label, owner, seat in
            let reservation = changed[owner]
            guard let seat = try seat.first() else {
                throw BrokenInvariant("reservation \(reservation.id) is held, but its seat \(label) is not")
            }
            guard let schedule = dates[reservation.schedule] else { throw ConcertRefusal.because(.scheduleUnknown) }
            return Ticket.issue(
                TicketID.make(at: now), for: seat, of: reservation, on: schedule, now: now)
        }
        try TicketTable.insert(tickets, tx)
        self.tickets = Dictionary(grouping: tickets, by: \.reservation)
        try EventTable.append(changed.compactMap { SaleEvent.sale(of: $0) }, tx)
    }
}
