import ConcertDomain
import Database
import Kernel
import Service

/// Reservations of one date in one transaction. On PostgreSQL the batch needs a few round trips, instead of a few for
/// each request.
///
/// The requests are decided in the order of their arrival, on what the transaction has read. A later request finds the seats
/// of an earlier one taken.
struct ReserveBatch {
    typealias Line = Batcher<ScheduleKey, Request, [Result<Reservation, any Error>]>

    struct Request: Sendable {
        let id: ReservationID
        let user: UserID
        let schedule: Schedule
        let place: Reservation.Place?
        let choice: SeatChoice
        let labels: [SeatLabel]
        let deadline: Uptime
    }

    static func line(on database: Database) -> Line {
        Line { requests, _ in
            try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
                try reserve(requests, tx)
            }
        }
    }

    private let schedule: Schedule
    private let now: Timestamp
    /// The users' lists of reservations before this transaction.
    private let lists: [UserID: [ReservationID]]
    /// The reservations in these lists.
    private let reservations: [ReservationID: Reservation]
    private var buyers: [UserID: Buyer]
    /// The seats as they were read, and as the requests so far leave them.
    private let found: [SeatLabel: Seat]
    private var seats: [SeatLabel: Seat]
    private var made: [(index: Int, reservation: Reservation)] = []
    private var madeIDs: Set<ReservationID> = []

    static func reserve(_ requests: [Request], _ tx: Transaction) throws -> [Result<Reservation, any Error>] {
        // Every reservation of a buyer writes the buyer's row first, so their requests run one by one from here.
        let new = requests.reduce(into: [UserID: [ReservationID]]()) { new, request in
            if new[request.user]?.contains(request.id) != true { new[request.user, default: []].append(request.id) }
        }
        let schedule = requests[0].schedule
        let appended = try BuyerTable.append(new, in: schedule.concert, tx)
        let seats = try SeatTable.pending(Set(requests.flatMap(\.labels)).sorted(), of: schedule, tx)
        let lists = try appended.all().reduce(into: [UserID: [ReservationID]]()) { lists, list in
            lists[list.user] = Array(list.reservations.dropLast(new[list.user]?.count ?? 0))
        }
        var batch = try ReserveBatch(lists, seats.all(), of: schedule, tx)
        let outcomes = requests.enumerated().map { index, request in batch.decide(request, index) }
        try batch.write(new, tx)
        return outcomes
    }

    private init(_ lists: [UserID: [ReservationID]], _ seats: [Seat], of schedule: Schedule, _ tx: Transaction) throws {
        (self.schedule, self.now, self.lists) = (schedule, tx.now, lists)
        let earlier = try ReservationTable.require(lists.values.flatMap { $0 }, of: schedule.concert, tx)
        let reservations = Dictionary(earlier.map { ($0.id, $0) }) { first, _ in first }
        self.reservations = reservations
        buyers = lists.reduce(into: [:]) { buyers, list in
            buyers[list.key] = Buyer(list.key, earlier: list.value.compactMap { reservations[$0] })
        }
        found = Dictionary(seats.map { ($0.label, $0) }) { first, _ in first }
        self.seats = found
    }

    private mutating func decide(_ request: Request, _ index: Int) -> Result<Reservation, any Error> {
        do {
            var buyer = buyers[request.user] ?? Buyer(request.user)
            if let earlier = buyer.earlier.first(where: { $0.id == request.id }) {
                return .success(try earlier.matching(request.choice, in: request.schedule.id))
            }
            // Another user's request in this batch has the same id.
            guard !madeIDs.contains(request.id) else { throw ConcertRefusal.requestIDReused }
            var wanted = try request.labels.map { label in
                guard let seat = seats[label] else { throw ConcertRefusal.seatUnknown(label) }
                return seat
            }
            let reservation = try Reservation.open(
                request.id, for: buyer, from: request.place, holding: &wanted, as: request.choice,
                in: request.schedule, now: now)
            _ = try buyer.dropEnded(now: now)
            for seat in wanted { seats[seat.label] = seat }
            buyers[request.user] = Buyer(request.user, earlier: buyer.earlier + [reservation])
            made.append((index, reservation))
            madeIDs.insert(reservation.id)
            return .success(reservation)
        } catch {
            return .failure(error)
        }
    }

    /// Writes in the lock order: reservations, then seats. The transaction has locked the buyers.
    private func write(_ new: [UserID: [ReservationID]], _ tx: Transaction) throws {
        try expire(tx)
        let pending = try ReservationTable.insert(made.map(\.reservation), tx)
        for label in made.flatMap(\.reservation.seats).sorted() {
            try SeatTable.save(seats[label]!, was: found[label]!, of: schedule, tx)
        }
        for user in new.keys.sorted() {
            let (before, after) = (lists[user] ?? [], buyers[user]?.earlier.map(\.id) ?? [])
            if after != before + new[user]! { try BuyerTable.save(after, of: user, in: schedule.concert, tx) }
        }
        let inserted = Set(try pending.all())
        let taken = made.filter { !inserted.contains($0.reservation.id) }
        guard taken.isEmpty else {
            throw BatchFailures(
                Dictionary(uniqueKeysWithValues: taken.map { ($0.index, ConcertRefusal.requestIDReused) }))
        }
    }

    /// Expires, in the order of their ids, the lapsed reservations of the buyers and the lapsed holders of the seats. From here
    /// on no transaction can sell them.
    private func expire(_ tx: Transaction) throws {
        let users = Set(made.map(\.reservation.user))
        let own = reservations.values.filter { users.contains($0.user) && $0.isLapsed(at: now) }.map(\.id)
        let holders = made.flatMap(\.reservation.seats).compactMap { found[$0]?.lapsedHolder(at: now) }
        let ids = Set(holders).union(own)
        guard !ids.isEmpty else { return }
        let others = try ReservationTable.find(
            ids.filter { reservations[$0] == nil }.sorted(), of: schedule.concert, tx)
        for id in ids.sorted() {
            if let old = reservations[id] ?? others[id] { try ReservationTable.expire(old, tx) }
        }
    }
}
