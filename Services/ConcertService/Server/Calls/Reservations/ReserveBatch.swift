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
    /// The earlier reservations of the users.
    private let reservations: [ReservationID: Reservation]
    /// The users who have reservations, before this transaction or by the requests so far.
    private var buyers: [UserID: Buyer]
    /// The users whose list has other reservations than the transaction has appended.
    private var usersToSave: Set<UserID> = []
    /// The indexes of the requested seats, which are in lock order.
    private let indexes: [SeatLabel: Int]
    /// The seats as they were read, and as the requests so far leave them. Nil if a seat does not exist.
    private let found: [Seat?]
    private var seats: [Seat?]
    private var changedSeats: [Int] = []
    private var made: [(index: Int, reservation: Reservation)] = []
    private var madeIDs: Set<ReservationID> = []

    static func reserve(_ requests: [Request], _ tx: Transaction) throws -> [Result<Reservation, any Error>] {
        // Every reservation of a buyer writes the buyer's row first, so their requests run one by one from here.
        let new = requests.reduce(into: [UserID: [ReservationID]]()) { new, request in
            if new[request.user]?.contains(request.id) != true { new[request.user, default: []].append(request.id) }
        }
        let schedule = requests[0].schedule
        let appended = try BuyerTable.append(new, in: schedule.concert, tx)
        let labels = Set(requests.flatMap(\.labels)).sorted()
        let seats = try SeatTable.pending(labels, of: schedule, tx)
        let lists = try appended.all().compactMap { user, reservations -> BuyerTable.List? in
            let earlier = reservations.dropLast(new[user]?.count ?? 0)
            return earlier.isEmpty ? nil : (user, Array(earlier))
        }
        var batch = try ReserveBatch(lists, labels, seats.all(), of: schedule, tx)
        let outcomes = requests.enumerated().map { index, request in batch.decide(request, index) }
        try batch.write(tx)
        return outcomes
    }

    /// `lists` are those of users with earlier reservations.
    private init(
        _ lists: [BuyerTable.List], _ labels: [SeatLabel], _ seats: [Seat], of schedule: Schedule, _ tx: Transaction
    ) throws {
        (self.schedule, self.now) = (schedule, tx.now)
        let earlier = try ReservationTable.require(lists.flatMap(\.reservations), of: schedule.concert, tx)
        let reservations = Dictionary(earlier.map { ($0.id, $0) }) { first, _ in first }
        self.reservations = reservations
        buyers = lists.reduce(into: [:]) { buyers, list in
            buyers[list.user] = Buyer(list.user, earlier: list.reservations.compactMap { reservations[$0] })
        }
        let indexes = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
        var found = [Seat?](repeating: nil, count: labels.count)
        for seat in seats {
            if let index = indexes[seat.label] { found[index] = seat }
        }
        (self.indexes, self.found, self.seats) = (indexes, found, found)
    }

    private mutating func decide(_ request: Request, _ index: Int) -> Result<Reservation, any Error> {
        do {
            var buyer = buyers[request.user] ?? Buyer(request.user)
            var isAppended = false
            defer { if !isAppended { usersToSave.insert(request.user) } }
            if let earlier = buyer.earlier.first(where: { $0.id == request.id }) {
                return .success(try earlier.matching(request.choice, in: request.schedule.id))
            }
            // Another user's request in this batch has the same id.
            guard !madeIDs.contains(request.id) else { throw ConcertRefusal.requestIDReused }
            let indexes = request.labels.map { self.indexes[$0]! }
            var wanted = try zip(request.labels, indexes).map { label, index in
                guard let seat = seats[index] else { throw ConcertRefusal.seatUnknown(label) }
                return seat
            }
            let reservation = try Reservation.open(
                request.id, for: buyer, from: request.place, holding: &wanted, as: request.choice,
                in: request.schedule, now: now)
            isAppended = try !buyer.dropEnded(now: now)
            for (index, seat) in zip(indexes, wanted) { seats[index] = seat }
            changedSeats += indexes
            buyers[request.user] = Buyer(request.user, earlier: buyer.earlier + [reservation])
            made.append((index, reservation))
            madeIDs.insert(reservation.id)
            return .success(reservation)
        } catch {
            return .failure(error)
        }
    }

    /// Writes in the lock order: reservations, then seats. The transaction has locked the buyers.
    private func write(_ tx: Transaction) throws {
        try expire(tx)
        let pending = try ReservationTable.insert(made.map(\.reservation), tx)
        for index in changedSeats.sorted() {
            try SeatTable.save(seats[index]!, was: found[index]!, of: schedule, tx)
        }
        for user in usersToSave.sorted() {
            try BuyerTable.save(buyers[user]?.earlier.map(\.id) ?? [], of: user, in: schedule.concert, tx)
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
        let holders = changedSeats.compactMap { found[$0]?.lapsedHolder(at: now) }
        let ids = Set(holders).union(own)
        guard !ids.isEmpty else { return }
        let others = try ReservationTable.find(
            ids.filter { reservations[$0] == nil }.sorted(), of: schedule.concert, tx)
        for id in ids.sorted() {
            if let old = reservations[id] ?? others[id] { try ReservationTable.expire(old, tx) }
        }
    }
}
