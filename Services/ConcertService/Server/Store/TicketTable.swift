import ConcertDomain
import Database
import Kernel

extension Ticket.State: Bindable {}

enum TicketTable {
    private enum Statements {
        static let columns: SQL = """
            ticket_id, concert_id, schedule_id, reservation_id, user_id, seat, grade, price, currency, \
            starts_at, ends_at, issued_at, return_terms, state, used_at, used_by, cancelled_at, \
            refunded, kept, refund_id, cancel_reason, first_used_at, undone_at, undone_by, undo_reason, undone_uses
            """
        static let unset = SQL.list(1...12) { _ in "null" }
        static let insert = RowsStatement(width: 13, row: { "(\($0), \(Ticket.State.valid), \(unset))" }) { rows in
            "insert into ticket (\(columns)) values \(rows)"
        }
        static let save: Statement = """
            update ticket set state = $3, used_at = $4, used_by = $5, cancelled_at = $6, refunded = $7, kept = $8,
                refund_id = $9, cancel_reason = $10
            where concert_id = $1 and ticket_id = $2 and state = $11 and used_by is not distinct from $12
            """
        static let saveUndo: Statement = """
            update ticket set
                state = $3, used_at = null, first_used_at = $4, undone_at = $5, undone_by = $6, undo_reason = $7,
                undone_uses = $8
            where concert_id = $1 and ticket_id = $2 and state = \(Ticket.State.used) and used_by is not distinct from $9
            """
        static let find: Statement = "select \(columns) from ticket where concert_id = $1 and ticket_id = $2"
        static let all: Statement = "\(TicketTable.queryOfReservation)"
        static let inConcert: Statement =
            "select \(columns) from ticket where concert_id = $1 and ticket_id > $2 order by ticket_id limit $3"
        static let sales: Statement = """
            select schedule_id, grade, state, count(*), cast(sum(price) as bigint),
                cast(sum(coalesce(refunded, 0)) as bigint), cast(sum(coalesce(kept, 0)) as bigint)
            from ticket
            where concert_id = $1 group by schedule_id, grade, state
            """
        /// The last condition is that of an index.
        static let revenue: Statement = """
            select grade, cast(sum(price) as bigint) from ticket
            where concert_id = $1 and schedule_id = $2 and state <> \(Ticket.State.cancelled) group by grade
            """
    }

    /// Without the order, SQLite reads all tickets of the concert, because it expects ten.
    static let queryOfReservation: SQL =
        "select \(Statements.columns) from ticket where concert_id = $1 and reservation_id = $2 order by seat"

    static func insert(_ tickets: [Ticket], _ tx: Transaction) throws {
        try tx.executeAll(Statements.insert, tickets) { binder, ticket in
            binder.bind(
                ticket.id, ticket.concert, ticket.schedule, ticket.reservation, ticket.user, ticket.seat.text,
                ticket.grade, ticket.price.minorUnits
            ).bind(ticket.price.currency.code, ticket.startsAt, ticket.endsAt, ticket.issuedAt, ticket.terms?.stored)
        }
    }

    /// Conflicts if the ticket was used, made valid again or cancelled since `old`.
    static func save(_ ticket: Ticket, was old: Ticket, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                ticket.concert, ticket.id, ticket.state, ticket.usedAt, ticket.usedBy, ticket.cancelledAt,
                ticket.refunded.minorUnits, ticket.kept.minorUnits
            ).bind(ticket.refund, ticket.cancelReason, old.state, old.usedBy)
        }
    }

    /// Saves a used ticket that is valid again. Conflicts as `save`.
    static func saveUndo(_ undo: Ticket.Undo, of ticket: Ticket, was old: Ticket, _ tx: Transaction) throws {
        try tx.executeOne(Statements.saveUndo) {
            $0.bind(
                ticket.concert, ticket.id, ticket.state, ticket.firstUsedAt, undo.at, undo.request, undo.reason,
                ticket.undoneUses.map { "\($0)" }.joined(separator: ",")
            ).bind(old.usedBy)
        }
    }

    static func find(_ id: TicketID, of concert: ConcertID, _ reader: Reader) throws -> Ticket? {
        try reader.first(Statements.find, { $0.bind(concert, id) }, map: ticket)
    }

    /// Throws `ticketUnknown` if it does not exist.
    static func require(_ id: TicketID, of concert: ConcertID, _ reader: Reader) throws -> Ticket {
        guard let ticket = try find(id, of: concert, reader) else { throw ConcertRefusal.because(.ticketUnknown) }
        return ticket
    }

    /// In lock order.
    static func all(of reservation: Reservation, _ reader: Reader) throws -> [Ticket] {
        try reader.rows(Statements.all, { $0.bind(reservation.concert, reservation.id) }, map: ticket).sorted {
            $0.seat < $1.seat
        }
    }

    /// The tickets of many reservations, in no order.
    static func all(of reservations: [Reservation], _ reader: Reader) throws -> [Ticket] {
        try stride(from: 0, to: reservations.count, by: queriesAtOnce).flatMap { start in
            try reservations[start...].prefix(queriesAtOnce).map { reservation in
                try reader.pendingRows(
                    Statements.all, { $0.bind(reservation.concert, reservation.id) }, map: ticket)
            }.flatMap { try $0.all() }
        }
    }

    /// Queries that are sent before the answer to the first one is read.
    private static let queriesAtOnce = 100

    /// The tickets of a concert, ordered by id.
    static func all(in concert: ConcertID, after id: TicketID?, limit: Int, _ reader: Reader) throws -> [Ticket] {
        try reader.rows(
            Statements.inConcert, { $0.bind(concert, id ?? TicketID(high: 0, low: 0), limit) }, map: ticket)
    }

    /// The number and the total price of the tickets of a date, by grade and state, and what was refunded and kept.
    struct Sales {
        let schedule: ScheduleID
        let grade: String
        let state: Ticket.State
        let count: Int64
        let price: Int64
        let refunded: Int64
        let kept: Int64
    }

    static func sales(of concert: ConcertID, _ reader: Reader) throws -> [Sales] {
        try reader.rows(Statements.sales, { $0.bind(concert) }) { row in
            Sales(
                schedule: try row.id(0), grade: try row.text(1), state: try row.value(2), count: try row.int64(3),
                price: try row.int64(4), refunded: try row.int64(5), kept: try row.int64(6))
        }
    }

    /// The price of the valid and used tickets of a date, by grade.
    static func revenue(of schedule: Schedule, _ reader: Reader) throws -> [String: Int64] {
        let rows = try reader.rows(Statements.revenue, { $0.bind(schedule.concert, schedule.id) }) { row in
            (try row.text(0), try row.int64(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    private static func ticket(_ row: borrowing Row) throws -> Ticket {
        let undoneAt = try row.optionalTimestamp(22)
        let undoneBy = try row.optionalID(23, as: Identified.Request.self)
        let undoReason = try row.optionalText(24) ?? ""
        let undoneUses = try row.optionalText(25) ?? ""
        let price = try row.money(7)
        func part(_ column: Int) throws -> Money {
            Money(minorUnits: row.isNull(column) ? 0 : try row.int64(column), price.currency)
        }
        return Ticket(
            stored: try row.id(0), concert: try row.id(1), schedule: try row.id(2), reservation: try row.id(3),
            user: try row.id(4), seat: SeatLabel(stored: try row.text(5)), grade: try row.text(6),
            price: price, startsAt: try row.timestamp(9), endsAt: try row.timestamp(10),
            issuedAt: try row.timestamp(11), state: try row.value(13), usedAt: try row.optionalTimestamp(14),
            usedBy: try row.optionalID(15), cancelledAt: try row.optionalTimestamp(16),
            firstUsedAt: try row.optionalTimestamp(21),
            undo: undoneAt.flatMap { at in undoneBy.map { Ticket.Undo(at: at, by: $0, reason: undoReason) } },
            undoneUses: try undoneUses.split(separator: ",").map { text in
                guard let id = RequestID(String(text)) else {
                    throw DatabaseError(.damaged, "an undone check-in cannot be read: \(text)")
                }
                return id
            },
            terms: try row.optionalText(12).map { try ReturnTerms(stored: $0) }, refunded: try part(17),
            kept: try part(18), refund: try row.optionalID(19), cancelReason: try row.optionalText(20) ?? "")
    }
}
