import ConcertDomain
import Database
import Kernel

extension SeatMap.State: Bindable {}

/// The stored form of a list of seats.
extension SeatLabel {
    static func list(_ seats: [SeatLabel]) -> String { seats.map(\.text).joined(separator: ",") }

    static func list(stored text: String) -> [SeatLabel] {
        text.utf8.split(separator: UInt8(ascii: ",")).map { SeatLabel(stored: String(Substring($0))) }
    }
}

enum SeatTable {
    private typealias State = SeatMap.State

    private enum Statements {
        static let columns: SQL = "label, grade, price, state, reservation_id, until, reason"
        static let find: Statement =
            "select \(columns) from seat where concert_id = $1 and schedule_id = $2 and label = $3"
        static let findForReservation = KeyedStatement(after: 3) { label in
            """
            select \(columns), (select count(*) from reservation where concert_id = $1 and reservation_id = $3)
            from seat where concert_id = $1 and schedule_id = $2 and label = \(label)
            """
        }
        static let findMany = KeyedStatement(after: 2) { label in
            "select \(columns) from seat where concert_id = $1 and schedule_id = $2 and label = \(label)"
        }
        static let all: Statement = "select \(columns) from seat where concert_id = $1 and schedule_id = $2"
        static let notCancelled: Statement = """
            select s.label from seat s
            left join reservation r on r.concert_id = s.concert_id and r.reservation_id = s.reservation_id
            where s.concert_id = $1 and s.schedule_id = $2
                and not (s.state = \(State.blocked) and s.reason is not distinct from $3)
            order by r.user_id, s.reservation_id, s.label
            """
        static let taken: Statement = """
            select label, state from seat
            where concert_id = $1 and schedule_id = $2 and state <> \(State.free)
                and not (state = \(State.held) and until <= $3)
            """
        static let stateNow: SQL = "case when state = \(State.held) and until <= $2 then \(State.free) else state end"
        static let tallies: Statement = """
            select schedule_id, grade, \(stateNow), count(*) from seat where concert_id = $1
            group by schedule_id, grade, \(stateNow)
            """
        static let talliesOfDate: Statement = """
            select schedule_id, grade, \(stateNow), count(*) from seat where concert_id = $1 and schedule_id = $3
            group by schedule_id, grade, \(stateNow)
            """
        static let insert = RowsStatement(after: 3, width: 3, row: { "($1, $2, $3, $3, \($0), \(State.free))" }) {
            rows in
            """
            insert into seat (concert_id, schedule_id, added_at, changed_at, label, grade, price, state)
            values \(rows) on conflict (concert_id, schedule_id, label) do nothing
            """
        }
        static let unchanged: SQL = """
            concert_id = $1 and schedule_id = $2 and label = $3
                and grade = $4 and price = $5 and state = $6 and reservation_id is not distinct from $7
                and reason is not distinct from $8
            """
        static let newColumns: SQL =
            "grade = $9, price = $10, state = $11, reservation_id = $12, until = $13, reason = $14"
        static let save: Statement = "update seat set \(newColumns) where \(unchanged)"
        static let change: Statement = "update seat set \(newColumns), changed_at = $15 where \(unchanged)"
        static let delete: Statement = "delete from seat where \(unchanged)"
        static let times: Statement =
            "select added_at, changed_at from seat where concert_id = $1 and schedule_id = $2 and label = $3"
        static let sell = RowUpdate(
            """
            update seat set state = \(State.sold), until = null
            where concert_id = $1 and schedule_id = $2 and label = $3 and state = \(State.held) and reservation_id = $4
            """, returning: columns, of: "seat where concert_id = $1 and schedule_id = $2 and label = $3")
        static let free: Statement = """
            update seat set state = \(State.free), reservation_id = null, until = null
            where concert_id = $1 and schedule_id = $2 and label = $3 and reservation_id = $4
            """
        static let lapsedHolders: Statement =
            "select distinct concert_id, reservation_id from seat where state = \(State.held) and until <= $1 limit $2"
    }

    static func find(_ label: SeatLabel, of schedule: Schedule, _ reader: Reader) throws -> Seat? {
        try reader.first(Statements.find, { $0.bind(schedule.concert, schedule.id, label.text) }, map: seat)
    }

    /// Returns requested seats, or `isRetry` if the reservation exists already. Throws `seatUnknown` if a seat does not
    /// exist.
    static func require(
        _ labels: [SeatLabel], of schedule: Schedule, for reservation: ReservationID, _ reader: Reader
    ) throws -> (seats: [Seat], isRetry: Bool) {
        var isRetry = false
        let seats = try reader.rows(
            Statements.findForReservation, keys: labels.map(\.text),
            { $0.bind(schedule.concert, schedule.id, reservation) }
        ) { row in
            isRetry = try row.int64(7) > 0
            return try seat(row)
        }
        if isRetry { return ([], true) }
        // A user holds few seats, so a search is faster than a dictionary.
        let inOrder = try labels.map { label in
            guard let seat = seats.first(where: { $0.label == label }) else { throw ConcertRefusal.seatUnknown(label) }
            return seat
        }
        return (inOrder, false)
    }

    /// Returns those of many seats that exist.
    static func find(_ labels: [SeatLabel], of schedule: Schedule, _ reader: Reader) throws -> [SeatLabel: Seat] {
        let seats = try pending(labels, of: schedule, reader).all()
        return Dictionary(seats.map { ($0.label, $0) }) { first, _ in first }
    }

    /// As `find`, without waiting.
    static func pending(_ labels: [SeatLabel], of schedule: Schedule, _ reader: Reader) throws -> [PendingRows<Seat>] {
        try reader.pendingRows(
            Statements.findMany, keys: labels.map(\.text), { $0.bind(schedule.concert, schedule.id) }, map: seat)
    }

    /// Returns the seats that a cancellation has not blocked in a scan, ordered by user and reservation.
    static func notCancelled(
        by cancellation: DateCancellation, of schedule: Schedule, _ reader: Reader
    ) throws -> [SeatLabel] {
        try reader.rows(
            Statements.notCancelled, { $0.bind(schedule.concert, schedule.id, cancellation.blockReason) }, map: label)
    }

    /// Returns all seats of a date in a scan.
    static func all(of schedule: Schedule, _ reader: Reader) throws -> [Seat] {
        try reader.rows(Statements.all, { $0.bind(schedule.concert, schedule.id) }, map: seat)
    }

    /// Returns the seats that are not free now in a scan.
    static func taken(of schedule: Schedule, _ reader: Reader) throws -> [(label: SeatLabel, state: SeatMap.State)] {
        try reader.rows(Statements.taken, { $0.bind(schedule.concert, schedule.id, reader.now) }) { row in
            (try label(row), try row.value(1))
        }
    }

    /// Counts seats by date and grade in a scan. Holds past their deadline count as free.
    static func tallies(
        of concert: ConcertID, _ reader: Reader
    ) throws -> [(schedule: ScheduleID, grade: String, tally: SeatTally)] {
        try reader.rows(Statements.tallies, { $0.bind(concert, reader.now) }, map: tally)
    }

    /// The seats of a date by grade.
    static func tallies(of schedule: Schedule, _ reader: Reader) throws -> [String: SeatTally] {
        try reader.rows(
            Statements.talliesOfDate, { $0.bind(schedule.concert, reader.now, schedule.id) }, map: tally
        ).reduce(into: [:]) { $0[$1.grade, default: SeatTally()].add($1.tally) }
    }

    private static func tally(
        _ row: borrowing Row
    ) throws -> (schedule: ScheduleID, grade: String, tally: SeatTally) {
        let count = try row.int(3)
        let tally =
            switch try row.value(2, as: State.self) {
            case .free: SeatTally(free: count)
            case .held: SeatTally(held: count)
            case .sold: SeatTally(sold: count)
            case .blocked: SeatTally(blocked: count)
            }
        return (try row.id(0), try row.text(1), tally)
    }

    /// Inserts free seats in lock order, unless they exist. Returns the number of new ones, and the seats of those statements
    /// that did not insert all of theirs.
    static func insert(
        _ seats: [Seat], of schedule: Schedule, _ tx: Transaction
    ) throws -> (added: Int, unsure: [Seat]) {
        let counts = try tx.counts(Statements.insert, seats, { $0.bind(schedule.concert, schedule.id, tx.now) }) {
            $0.bind($1.label.text, $1.grade, $1.price)
        }
        let unsure = counts.filter { $0.count < $0.items.count }.flatMap { seats[$0.items] }
        return (counts.reduce(0) { $0 + $1.count }, unsure)
    }

    /// Conflicts if another transaction has changed the seat since `old`. The price counts, because a reservation adds
    /// up the prices that it has read.
    static func save(_ seat: Seat, was old: Seat, of schedule: Schedule, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) { bind(seat, bindKey(of: old, schedule, $0)) }
    }

    /// As `save`, for a change by an operator: it has a time. The times of other changes are those of the reservations.
    static func change(_ seat: Seat, was old: Seat, of schedule: Schedule, _ tx: Transaction) throws {
        try tx.executeOne(Statements.change) { bind(seat, bindKey(of: old, schedule, $0)).bind(tx.now) }
    }

    /// Conflicts as `save`.
    static func delete(_ seat: Seat, of schedule: Schedule, _ tx: Transaction) throws {
        try tx.executeOne(Statements.delete) { _ = bindKey(of: seat, schedule, $0) }
    }

    private static func bindKey(of old: Seat, _ schedule: Schedule, _ binder: Binder) -> Binder {
        let (state, holder, _, reason) = columns(of: old.claim)
        return binder.bind(
            schedule.concert, schedule.id, old.label.text, old.grade, old.price, state, holder, reason)
    }

    @discardableResult
    private static func bind(_ new: Seat, _ binder: Binder) -> Binder {
        let columns = columns(of: new.claim)
        return binder.bind(
            new.grade, new.price, columns.state, columns.reservation, columns.until, columns.reason)
    }

    /// The times of the insert and of the latest change by an operator. Nil for seats of a version that did not store them.
    static func times(
        of label: SeatLabel, of schedule: Schedule, _ reader: Reader
    ) throws -> (added: Timestamp?, changed: Timestamp?) {
        try reader.first(Statements.times, { $0.bind(schedule.concert, schedule.id, label.text) }) { row in
            (try row.optionalTimestamp(0), try row.optionalTimestamp(1))
        } ?? (nil, nil)
    }

    /// Sells a held seat to its reservation and returns it. No row if another reservation or none holds it.
    static func sell(_ label: SeatLabel, of reservation: Reservation, _ tx: Transaction) throws -> PendingRows<Seat> {
        try tx.pendingRow(
            Statements.sell, key: { $0.bind(reservation.concert, reservation.schedule, label.text) },
            { $0.bind(reservation.id) }, map: seat)
    }

    /// Frees the seats that still belong to the reservation. Others may have taken some of them after the deadline, or
    /// after a return.
    static func free(_ reservation: Reservation, _ tx: Transaction) throws {
        try free(reservation.seats, of: reservation, tx)
    }

    static func free(_ labels: [SeatLabel], of reservation: Reservation, _ tx: Transaction) throws {
        for label in labels { try free(label, of: reservation, tx) }
    }

    static func free(_ label: SeatLabel, of reservation: Reservation, _ tx: Transaction) throws {
        try tx.execute(Statements.free) {
            $0.bind(reservation.concert, reservation.schedule, label.text, reservation.id)
        }
    }

    /// Returns, in a scan, reservations past their deadline whose seats are not freed yet.
    static func lapsedHolders(
        limit: Int, _ reader: Reader
    ) throws -> [(concert: ConcertID, reservation: ReservationID)] {
        try reader.rows(Statements.lapsedHolders, { $0.bind(reader.now, limit) }) { row in
            (try row.id(0), try row.id(1))
        }
    }

    private static func seat(_ row: borrowing Row) throws -> Seat {
        let claim: Seat.Claim =
            switch try row.value(3, as: State.self) {
            case .free: .free
            case .held: .held(by: try row.id(4), until: try row.timestamp(5))
            case .sold: .sold(to: try row.id(4))
            case .blocked: .blocked(reason: try row.optionalText(6) ?? "")
            }
        return Seat(try label(row), grade: try row.text(1), price: try row.int64(2), claim: claim)
    }

    private static func label(_ row: borrowing Row) throws -> SeatLabel {
        SeatLabel(stored: try row.text(0))
    }

    private static func columns(
        of claim: Seat.Claim
    ) -> (state: State, reservation: ReservationID?, until: Timestamp?, reason: String?) {
        switch claim {
        case .free: (.free, nil, nil, nil)
        case .held(let reservation, let until): (.held, reservation, until, nil)
        case .sold(let reservation): (.sold, reservation, nil, nil)
        case .blocked(let reason): (.blocked, nil, nil, reason)
        }
    }
}
