import ConcertDomain
import Database
import Kernel

enum SeatTable {
    /// Values of the column `state`.
    private enum State {
        static let free: Int64 = 0
        static let held: Int64 = 1
        static let sold: Int64 = 2
        static let blocked: Int64 = 3
    }

    static func find(_ label: SeatLabel, of schedule: Schedule, _ reader: Reader) throws -> Seat? {
        try reader.first(
            """
            select label, grade, price, state, reservation_id, until, reason from seat
            where concert_id = $1 and schedule_id = $2 and label = $3
            """, schedule.concert, schedule.id, label.text, map: seat)
    }

    /// A requested seat. `isRetry` is true if the reservation exists already.
    static func find(
        _ label: SeatLabel, of schedule: Schedule, for reservation: ReservationID, _ reader: Reader
    ) throws -> (seat: Seat, isRetry: Bool) {
        let found = try reader.first(
            """
            select label, grade, price, state, reservation_id, until, reason,
                (select count(*) from reservation where concert_id = $1 and reservation_id = $4)
            from seat where concert_id = $1 and schedule_id = $2 and label = $3
            """, schedule.concert, schedule.id, label.text, reservation
        ) { row in (try seat(row), try row.int64(7) > 0) }
        guard let found else { throw ConcertRefusal.seatUnknown(label) }
        return found
    }

    /// Throws `seatUnknown` if one does not exist.
    static func require(_ labels: [SeatLabel], of schedule: Schedule, _ reader: Reader) throws -> [Seat] {
        try labels.map { label in
            guard let seat = try find(label, of: schedule, reader) else { throw ConcertRefusal.seatUnknown(label) }
            return seat
        }
    }

    /// Returns those of many seats that exist. Reads 16 at a time, to save round trips to a distant server.
    static func find(
        _ labels: [SeatLabel], of schedule: Schedule, _ reader: Reader
    ) throws -> [SeatLabel: Seat] {
        var seats: [SeatLabel: Seat] = [:]
        for start in stride(from: 0, to: labels.count, by: 16) {
            // Repeats the last label if there are fewer than 16.
            let texts = (start..<start + 16).map { labels[min($0, labels.count - 1)].text }
            try reader.forEach(
                """
                select label, grade, price, state, reservation_id, until, reason from seat
                where concert_id = $1 and schedule_id = $2
                    and label in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                """, schedule.concert, schedule.id, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5],
                texts[6], texts[7], texts[8], texts[9], texts[10], texts[11], texts[12], texts[13], texts[14],
                texts[15]
            ) { row in
                let seat = try seat(row)
                seats[seat.label] = seat
            }
        }
        return seats
    }

    /// Returns all seats of a date in a scan.
    static func all(of schedule: Schedule, _ reader: Reader) throws -> [Seat] {
        try reader.rows(
            """
            select label, grade, price, state, reservation_id, until, reason from seat
            where concert_id = $1 and schedule_id = $2
            """, schedule.concert, schedule.id, map: seat)
    }

    /// Returns the seats that are not free now in a scan.
    static func taken(of schedule: Schedule, _ reader: Reader) throws -> [(label: SeatLabel, state: SeatMap.State)] {
        try reader.rows(
            """
            select label, state from seat
            where concert_id = $1 and schedule_id = $2 and state <> 0 and not (state = 1 and until <= $3)
            """, schedule.concert, schedule.id, reader.now
        ) { row in
            let number = try row.int64(1)
            return (try label(row), number == State.held ? .held : number == State.sold ? .sold : .blocked)
        }
    }

    /// Counts seats by date and grade in a scan. Holds past their deadline count as free.
    static func tallies(
        of concert: ConcertID, _ reader: Reader
    ) throws -> [(schedule: ScheduleID, grade: String, tally: SeatTally)] {
        try reader.rows(
            """
            select schedule_id, grade, case when state = 1 and until <= $2 then 0 else state end, count(*)
            from seat where concert_id = $1
            group by schedule_id, grade, case when state = 1 and until <= $2 then 0 else state end
            """, concert, reader.now
        ) { row in
            let count = try row.int(3)
            let tally =
                switch try row.int64(2) {
                case State.free: SeatTally(free: count)
                case State.held: SeatTally(held: count)
                case State.sold: SeatTally(sold: count)
                default: SeatTally(blocked: count)
                }
            return (try row.id(0), try row.text(1), tally)
        }
    }

    static func insert(_ seat: Seat, of schedule: Schedule, _ tx: Transaction) throws {
        try tx.executeOne(
            """
            insert into seat (concert_id, schedule_id, label, grade, price, state) values ($1, $2, $3, $4, $5, 0)
            on conflict (concert_id, schedule_id, label) do nothing
            """, schedule.concert, schedule.id, seat.label.text, seat.grade, seat.price)
    }

    /// Conflicts if another transaction has changed the claim since `old`.
    static func saveClaim(
        _ seat: Seat, was old: Seat, of schedule: ScheduleID, in concert: ConcertID, _ tx: Transaction
    ) throws {
        let new = columns(of: seat.claim)
        let (state, holder, _, _) = columns(of: old.claim)
        try tx.executeOne(
            """
            update seat set state = $4, reservation_id = $5, until = $6, reason = $7
            where concert_id = $1 and schedule_id = $2 and label = $3
                and state = $8 and reservation_id is not distinct from $9
            """, concert, schedule, seat.label.text, new.state, new.reservation, new.until, new.reason, state, holder)
    }

    /// Conflicts if another transaction has changed the claim since `old`.
    static func saveOffer(_ seat: Seat, was old: Seat, of schedule: Schedule, _ tx: Transaction) throws {
        let (state, holder, _, _) = columns(of: old.claim)
        try tx.executeOne(
            """
            update seat set grade = $4, price = $5
            where concert_id = $1 and schedule_id = $2 and label = $3
                and state = $6 and reservation_id is not distinct from $7
            """, schedule.concert, schedule.id, seat.label.text, seat.grade, seat.price, state, holder)
    }

    /// Sells a held seat to its reservation and returns it. Nil if another reservation or none holds it.
    static func sell(_ label: SeatLabel, of reservation: Reservation, _ tx: Transaction) throws -> Seat? {
        try tx.first(
            """
            update seat set state = 2, until = null
            where concert_id = $1 and schedule_id = $2 and label = $3 and state = 1 and reservation_id = $4
            returning label, grade, price, state, reservation_id, until, reason
            """, reservation.concert, reservation.schedule, label.text, reservation.id, map: seat)
    }

    /// Frees the seats that still belong to the reservation. Others may have taken some of them after the deadline.
    static func free(_ reservation: Reservation, _ tx: Transaction) throws {
        for label in reservation.seats { try free(label, of: reservation, tx) }
    }

    static func free(_ label: SeatLabel, of reservation: Reservation, _ tx: Transaction) throws {
        try tx.execute(
            """
            update seat set state = 0, reservation_id = null, until = null
            where concert_id = $1 and schedule_id = $2 and label = $3 and reservation_id = $4
            """, reservation.concert, reservation.schedule, label.text, reservation.id)
    }

    /// Returns, in a scan, reservations past their deadline whose seats are not freed yet.
    static func lapsedHolders(
        limit: Int, _ reader: Reader
    ) throws -> [(concert: ConcertID, reservation: ReservationID)] {
        try reader.rows(
            "select distinct concert_id, reservation_id from seat where state = 1 and until <= $1 limit $2",
            reader.now, limit
        ) { row in (try row.id(0), try row.id(1)) }
    }

    private static func seat(_ row: borrowing Row) throws -> Seat {
        let claim: Seat.Claim =
            switch try row.int64(3) {
            case State.free: .free
            case State.held: .held(by: try row.id(4), until: try row.timestamp(5))
            case State.sold: .sold(to: try row.id(4))
            default: .blocked(reason: try row.optionalText(6) ?? "")
            }
        return Seat(try label(row), grade: try row.text(1), price: try row.int64(2), claim: claim)
    }

    private static func label(_ row: borrowing Row) throws -> SeatLabel {
        SeatLabel(stored: try row.text(0))
    }

    private static func columns(
        of claim: Seat.Claim
    ) -> (state: Int64, reservation: ReservationID?, until: Timestamp?, reason: String?) {
        switch claim {
        case .free: (State.free, nil, nil, nil)
        case .held(let reservation, let until): (State.held, reservation, until, nil)
        case .sold(let reservation): (State.sold, reservation, nil, nil)
        case .blocked(let reason): (State.blocked, nil, nil, reason)
        }
    }
}
