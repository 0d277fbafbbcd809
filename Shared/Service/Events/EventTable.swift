import Database
import Identity
import Kernel
import Messages
import RPC

/// Events of sales, for systems that follow them.
///
/// Where several transactions write at once, each inserts its events without serials, because a counter would make all sales
/// wait for each other. A job moves them into the table of numbered events. An only writer numbers its events at once.
package enum EventTable {
    package static func migrations(as number: Int) -> [Migration] {
        [
            Migration(
                number, "create events",
                // subject: a hash of a reservation or a date. event: the message without its serial.
                .table(
                    """
                    create table event_new (
                        subject uuid not null, version bigint not null, at bigint not null, event bytea not null,
                        constraint event_new_key primary key (subject, version))
                    """),
                .table(
                    """
                    create table event (
                        serial bigint not null, at bigint not null, event bytea not null,
                        constraint event_key primary key (serial))
                    """),
                // One row. Each instance writes it first, so serials have no gap.
                .table(
                    """
                    create table event_end (
                        number bigint not null, last_serial bigint not null, deleted_serial bigint not null,
                        constraint event_end_key primary key (number))
                    """))
        ]
    }

    private enum Statements {
        static let append = RowsStatement(width: 4, row: { "(\($0))" }) { rows in
            "insert into event_new (subject, version, at, event) values \(rows)"
        }
        static let new: Statement =
            "select subject, version, at, event from event_new order by subject, version limit $1"
        static let waitingCount: Statement = "select count(*) from (select 1 from event_new limit $1) as waiting"
        static let remove = RowsStatement(width: 2, row: { "(\($0))" }) { rows in
            "delete from event_new where (subject, version) in (values \(rows))"
        }
        static let number = RowsStatement(width: 3, row: { "(\($0))" }) { rows in
            "insert into event (serial, at, event) values \(rows)"
        }
        static let lock: Statement = """
            insert into event_end (number, last_serial, deleted_serial) values (1, 0, 0)
            on conflict (number) do update set last_serial = event_end.last_serial
            returning last_serial, deleted_serial
            """
        static let end: Statement = "select last_serial, deleted_serial from event_end where number = 1"
        static let save: Statement = """
            insert into event_end (number, last_serial, deleted_serial) values (1, $1, $2)
            on conflict (number) do update set last_serial = excluded.last_serial, deleted_serial = excluded.deleted_serial
            """
        static let all: Statement = "select serial, event from event where serial > $1 order by serial limit $2"
        static let oldest: Statement = "select serial, at from event where serial > $1 order by serial limit $2"
        static let delete: Statement = "delete from event where serial > $1 and serial <= $2"
    }

    /// Stores events in the transaction of their change. Two events of one reservation or date have different versions.
    package static func append(_ events: [SaleEvent], _ tx: Transaction) throws {
        if events.isEmpty { return }
        let arena = Arena()
        let new = events.map { New($0, in: arena) }
        if tx.isOnlyWriter {
            var end = try lock(tx)
            try number(new, after: &end, tx)
        } else {
            try tx.executeAll(Statements.append, new) { $0.bind($1.subject, $1.version, $1.at, $1.event) }
        }
    }

    // MARK: The job

    struct New: Sendable {
        let subject: RequestID
        let version: Int64
        let at: Timestamp
        let event: [UInt8]
    }

    /// The first and the last serial that are stored, as the two ends of a range: the first one is deleted.
    struct End: Sendable {
        var last: Int64 = 0
        var deleted: Int64 = 0
    }

    /// Events without a serial. Those of one subject are in the order of their versions.
    static func new(limit: Int, _ reader: Reader) throws -> [New] {
        try reader.rows(Statements.new, { $0.bind(limit) }) { row in
            New(subject: try row.id(0), version: try row.int64(1), at: try row.timestamp(2), event: try row.bytes(3))
        }
    }

    /// The number of events without a serial, `limit` at most.
    package static func waitingCount(upTo limit: Int, _ reader: Reader) throws -> Int {
        try reader.first(Statements.waitingCount, { $0.bind(limit) }) { row in try row.int(0) } ?? 0
    }

    /// Gives new events their serials, and removes them from the table of events without serials.
    static func move(_ events: [New], after end: inout End, _ tx: Transaction) throws {
        try number(events, after: &end, tx)
        try tx.executeAll(Statements.remove, events) { $0.bind($1.subject, $1.version) }
    }

    /// Stores the events with the next serials.
    private static func number(_ events: [New], after end: inout End, _ tx: Transaction) throws {
        try tx.executeAll(Statements.number, events) { binder, event in
            end.last += 1
            binder.bind(end.last, event.at, event.event)
        }
        try save(end, tx)
    }

    /// Deletes the first events up to `time`. Returns false if there may be more.
    static func delete(upTo time: Timestamp, from end: inout End, limit: Int, _ tx: Transaction) throws -> Bool {
        let oldest = try tx.rows(Statements.oldest, { $0.bind(end.deleted, limit) }) { row in
            (serial: try row.int64(0), at: try row.timestamp(1))
        }
        guard let last = oldest.prefix(while: { $0.at <= time }).last else { return true }
        try tx.execute(Statements.delete) { $0.bind(end.deleted, last.serial) }
        end.deleted = last.serial
        try save(end, tx)
        return last.serial != oldest.last?.serial || oldest.count < limit
    }

    /// Returns the ends. The first step of each change of the numbered events: it writes the row, so that transactions take
    /// turns. An only writer only reads it.
    static func lock(_ tx: Transaction) throws -> End {
        if tx.isOnlyWriter { return try end(tx) }
        let ends = try tx.rows(Statements.lock, map: end)
        guard let end = ends.first else { throw BrokenInvariant("the events have no end") }
        return end
    }

    static func end(_ reader: Reader) throws -> End { try reader.first(Statements.end, map: end) ?? End() }

    private static func save(_ end: End, _ tx: Transaction) throws {
        try tx.execute(Statements.save) { $0.bind(end.last, end.deleted) }
    }

    private static func end(_ row: borrowing Row) throws -> End {
        End(last: try row.int64(0), deleted: try row.int64(1))
    }

    // MARK: Followers

    static func all(after serial: Int64, limit: Int, _ reader: Reader) throws -> [SaleEvent] {
        try reader.rows(Statements.all, { $0.bind(serial, limit) }) { row in
            let serial = try row.int64(0)
            do {
                var event = try SaleEvent(decoding: try row.bytes(1))
                event.serial = UInt64(clamping: serial)
                return event
            } catch {
                throw DatabaseError(.damaged, "event \(serial) cannot be read: \(error)")
            }
        }
    }
}

extension EventTable.New {
    fileprivate init(_ event: SaleEvent, in arena: Arena) {
        guard let subject = event.subject, let encoded = try? event.laidOut(in: arena).bytes else {
            preconditionFailure("an event is about a reservation or a date")
        }
        self.init(subject: subject, version: Int64(clamping: event.version), at: event.at, event: encoded)
    }
}

extension SaleEvent {
    /// The reservation or date of the event, whose events have an order. It is a hash with the concert and the kind, because a
    /// buyer chooses the id of a reservation: two concerts can have it, and it can be the id of a date.
    fileprivate var subject: RequestID? {
        let id = reservationID.map { [1] + $0.bytes } ?? scheduleID.map { [2] + $0.bytes }
        return id.flatMap { id in
            RequestID(bytes: Array(Digest(of: concertID.bytes + id).bytes.prefix(RequestID.byteCount)))
        }
    }
}
