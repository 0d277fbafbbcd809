import ConcertDomain
import Database
import Kernel

extension Reservation.State: Bindable {}

enum ReservationTable {
    /// The changes of this table since `ConcertSchema` created it, each with the next number of the whole schema:
    /// `Migration(N, "add a note to reservations", "alter table reservation add column note text")`.
    static let migrations: [Migration] = []

    private enum Statements {
        static let columns: SQL = """
            reservation_id, concert_id, schedule_id, user_id, seats, best_of, amount, currency, room_id, \
            place_id, reserved_at, deadline, state, payment_id, sold_at, refund_id, ended_at, return_reason, \
            returned_seats, cancellation_id
            """
        static let insert = RowsStatement(
            width: 12, row: { "(\($0), \(Reservation.State.held), null, null, null, null, null, null, null)" }
        ) { rows in
            """
            insert into reservation (\(columns)) values \(rows)
            on conflict (concert_id, reservation_id) do nothing returning reservation_id
            """
        }
        static let save: Statement = """
            update reservation
            set state = $3, payment_id = $4, sold_at = $5, refund_id = $6, ended_at = $7, return_reason = $8,
                returned_seats = $9, cancellation_id = $10
            where concert_id = $1 and reservation_id = $2 and state = $11 and coalesce(returned_seats, '') = $12
            """
        static let find: Statement = "select \(columns) from reservation where concert_id = $1 and reservation_id = $2"
        static let findMany = KeyedStatement(after: 1) { id in
            "select \(columns) from reservation where concert_id = $1 and reservation_id = \(id)"
        }
        static let all: Statement = """
            select \(columns) from reservation where concert_id = $1 and reservation_id > $2
            order by reservation_id limit $3
            """
        static let containing: Statement = """
            select \(columns) from reservation where concert_id = $1 and schedule_id = $2
            and replace(',' || seats || ',', $3, '') <> ',' || seats || ','
            """
    }

    /// Inserts reservations. The rows are their ids, without those that are taken by another user, or by a reservation that was
    /// dropped from the user's list.
    static func insert(_ reservations: [Reservation], _ tx: Transaction) throws -> [PendingRows<ReservationID>] {
        try tx.pendingRows(
            Statements.insert, reservations.sorted { $0.id < $1.id },
            each: { binder, reservation in
                binder.bind(
                    reservation.id, reservation.concert, reservation.schedule, reservation.user,
                    SeatLabel.list(reservation.seats), reservation.bestOf,
                    reservation.amount.minorUnits, reservation.amount.currency.code
                ).bind(reservation.place?.room, reservation.place?.place, reservation.reservedAt, reservation.deadline)
            }
        ) { row in try row.id(0) }
    }

    /// Conflicts if the reservation has changed since `old`: it leaves each state once, and each ticket is returned once.
    static func save(_ reservation: Reservation, was old: Reservation, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                reservation.concert, reservation.id, reservation.state, reservation.payment, reservation.soldAt,
                reservation.refund, reservation.endedAt, reservation.returnReason
            ).bind(
                SeatLabel.list(reservation.returnedSeats), reservation.cancellation, old.state,
                SeatLabel.list(old.returnedSeats))
        }
    }

    /// Records the expiry if the hold is past its deadline, and returns the reservation after that. Conflicts if
    /// another transaction has sold it since `old`.
    @discardableResult
    static func expire(_ old: Reservation, _ tx: Transaction) throws -> Reservation {
        var reservation = old
        if reservation.expire(now: tx.now) { try save(reservation, was: old, tx) }
        return reservation
    }

    static func find(_ id: ReservationID, of concert: ConcertID, _ reader: Reader) throws -> Reservation? {
        try reader.first(Statements.find, { $0.bind(concert, id) }, map: reservation)
    }

    /// Throws `reservationUnknown` if it does not exist or does not belong to `user`. Nil accepts every user.
    static func require(
        _ id: ReservationID, of concert: ConcertID, for user: UserID?, _ reader: Reader
    ) throws -> Reservation {
        guard let reservation = try find(id, of: concert, reader), user == nil || reservation.user == user else {
            throw ConcertRefusal.because(.reservationUnknown)
        }
        return reservation
    }

    /// The reservations of a buyer's list. A missing one is damage, because reservations are never deleted.
    static func require(_ ids: [ReservationID], of concert: ConcertID, _ reader: Reader) throws -> [Reservation] {
        let known = try find(ids, of: concert, reader)
        return try ids.map { id in
            guard let reservation = known[id] else {
                throw DatabaseError(.damaged, "a buyer's reservation \(id) is missing")
            }
            return reservation
        }
    }

    /// Returns those that exist.
    static func find(
        _ ids: [ReservationID], of concert: ConcertID, _ reader: Reader
    ) throws -> [ReservationID: Reservation] {
        let found = try pending(ids, of: concert, reader).all()
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// As `find`, without waiting.
    static func pending(
        _ ids: [ReservationID], of concert: ConcertID, _ reader: Reader
    ) throws -> [PendingRows<Reservation>] {
        try reader.pendingRows(Statements.findMany, keys: ids, { $0.bind(concert) }, map: reservation)
    }

    /// The reservations of a concert, ordered by id.
    static func all(
        of concert: ConcertID, after id: ReservationID?, limit: Int, _ reader: Reader
    ) throws -> [Reservation] {
        try reader.rows(
            Statements.all, { $0.bind(concert, id ?? ReservationID(high: 0, low: 0), limit) }, map: reservation)
    }

    /// Returns all reservations with the seat in a scan, oldest first. It does not use `like`, because a seat name can
    /// contain the characters of a pattern.
    static func containing(_ seat: SeatLabel, of schedule: Schedule, _ reader: Reader) throws -> [Reservation] {
        try reader.rows(
            Statements.containing, { $0.bind(schedule.concert, schedule.id, ",\(seat.text),") }, map: reservation
        ).sorted { ($0.reservedAt, $0.id) < ($1.reservedAt, $1.id) }
    }

    private static func reservation(_ row: borrowing Row) throws -> Reservation {
        let room = try row.optionalID(8, as: Identified.Room.self)
        let place = try row.optionalID(9, as: Identified.Place.self)
        return Reservation(
            stored: try row.id(0), concert: try row.id(1), schedule: try row.id(2), user: try row.id(3),
            seats: SeatLabel.list(stored: try row.text(4)),
            bestOf: try row.optionalText(5), amount: try row.money(6),
            place: room.flatMap { room in place.map { Reservation.Place(room: room, place: $0) } },
            reservedAt: try row.timestamp(10), deadline: try row.timestamp(11), state: try row.value(12),
            payment: try row.optionalID(13), soldAt: try row.optionalTimestamp(14), refund: try row.optionalID(15),
            endedAt: try row.optionalTimestamp(16), returnReason: try row.optionalText(17) ?? "",
            returnedSeats: SeatLabel.list(stored: try row.optionalText(18) ?? ""), cancellation: try row.optionalID(19))
    }
}
