import ConcertDomain
import Database
import Kernel

enum ScheduleTable {
    private enum Statements {
        static let columns: SQL = """
            schedule_id, concert_id, currency, added_as, version, changed_by, layout_version, name, starts_at, \
            ends_at, sale_opens_at, sale_closes_at, cancel_until, seats_per_user, hold_ms, room_id, \
            return_steps, added_at, changed_at, moved_at, move_reason, return_until, \
            cancellation_id, cancelled_at, cancel_reason, presales
            """
        static let insert: Statement = """
            insert into schedule (\(columns)) values (\(1...19), null, null, null, null, null, null, '')
            on conflict (concert_id, schedule_id) do nothing
            """
        static let save: Statement = """
            update schedule set
                version = $3, changed_by = $4, name = $5, starts_at = $6, ends_at = $7, sale_opens_at = $8,
                sale_closes_at = $9, cancel_until = $10, seats_per_user = $11, hold_ms = $12, room_id = $13,
                return_steps = $14, changed_at = $15, moved_at = $16, move_reason = $17, return_until = $18,
                presales = $19
            where concert_id = $1 and schedule_id = $2 and version = $20
            """
        /// The layout stays as it is, so a change of seats that began before fails.
        static let cancel: Statement = """
            update schedule set
                version = $3, cancellation_id = $4, cancelled_at = $5, cancel_reason = $6, changed_at = $5
            where concert_id = $1 and schedule_id = $2 and version = $7
            """
        static let dropName: Statement = "delete from schedule_name where concert_id = $1 and name = $2"
        static let takeName: Statement = """
            insert into schedule_name (concert_id, name, schedule_id) values (\(1...3))
            on conflict (concert_id, name) do nothing
            """
        static let changeSeats: Statement =
            """
            update schedule set layout_version = layout_version + $3
            where concert_id = $1 and schedule_id = $2 and cancellation_id is null
            """
        static let find: Statement = "select \(columns) from schedule where concert_id = $1 and schedule_id = $2"
        static let all: Statement = "select \(columns) from schedule where concert_id = $1"
        static let onSale: Statement = """
            select \(columns) from schedule
            where sale_opens_at <= $1 and sale_closes_at > $1 and cancellation_id is null
            order by sale_closes_at, concert_id, schedule_id limit $2
            """
    }

    /// Returns false if the id is taken, by the same request or by another one.
    static func insert(_ schedule: Schedule, _ tx: Transaction) throws -> Bool {
        let settings = schedule.settings
        return try tx.executeCounting(Statements.insert) {
            $0.bind(
                schedule.id, schedule.concert, schedule.currency.code, schedule.addedAs.value, schedule.version,
                schedule.changedBy, schedule.layoutVersion, settings.name
            ).bind(
                settings.startsAt, settings.endsAt, settings.saleOpensAt, settings.saleClosesAt, settings.cancelUntil,
                settings.seatsPerUser, settings.hold.milliseconds, settings.room
            ).bind(schedule.returnPolicy.stored, schedule.addedAt, schedule.changedAt)
        } == 1
    }

    /// Conflicts if the version has changed since `old`. Returns false if another date has the new name.
    static func save(_ schedule: Schedule, was old: Schedule, _ tx: Transaction) throws -> Bool {
        let settings = schedule.settings
        try tx.executeOne(Statements.save) {
            $0.bind(
                schedule.concert, schedule.id, schedule.version, schedule.changedBy, settings.name, settings.startsAt,
                settings.endsAt, settings.saleOpensAt
            ).bind(
                settings.saleClosesAt, settings.cancelUntil, settings.seatsPerUser, settings.hold.milliseconds,
                settings.room, schedule.returnPolicy.stored, schedule.changedAt, schedule.move?.at
            ).bind(
                schedule.move?.reason, schedule.move?.returnUntil, settings.presales.stored, old.version)
        }
        guard settings.name != old.settings.name else { return true }
        try tx.execute(Statements.dropName) { $0.bind(schedule.concert, old.settings.name) }
        return try takeName(of: schedule, tx)
    }

    /// Returns false if another date of the concert has the name.
    static func takeName(of schedule: Schedule, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.takeName) { $0.bind(schedule.concert, schedule.settings.name, schedule.id) }
            == 1
    }

    /// Conflicts if the version has changed since `old`.
    static func cancel(_ schedule: Schedule, was old: Schedule, _ tx: Transaction) throws {
        try tx.executeOne(Statements.cancel) {
            $0.bind(
                schedule.concert, schedule.id, schedule.version, schedule.cancellation?.id, schedule.cancellation?.at,
                schedule.cancellation?.reason, old.version)
        }
    }

    /// A new layout gets the next version, so that callers with an older layout get it. Conflicts if the date was cancelled
    /// meanwhile, because its cancellation must find all seats, and block them.
    static func changeSeats(on id: ScheduleID, of concert: ConcertID, isNewLayout: Bool, _ tx: Transaction) throws {
        try tx.executeOne(Statements.changeSeats) { $0.bind(concert, id, isNewLayout ? 1 : 0) }
    }

    static func find(_ id: ScheduleID, of concert: ConcertID, _ reader: Reader) throws -> Schedule? {
        try reader.first(Statements.find, { $0.bind(concert, id) }, map: schedule)
    }

    /// As `find`, without waiting.
    static func pending(_ id: ScheduleID, of concert: ConcertID, _ reader: Reader) throws -> PendingRows<Schedule> {
        try reader.pendingRows(Statements.find, { $0.bind(concert, id) }, map: schedule)
    }

    /// Throws `scheduleUnknown` if it does not exist.
    static func require(_ id: ScheduleID, of concert: ConcertID, _ reader: Reader) throws -> Schedule {
        guard let schedule = try find(id, of: concert, reader) else { throw ConcertRefusal.because(.scheduleUnknown) }
        return schedule
    }

    /// The dates of tickets or reservations, by their ids.
    static func require(
        _ ids: some Sequence<ScheduleID>, of concert: ConcertID, _ reader: Reader
    ) throws -> [ScheduleID: Schedule] {
        try Set(ids).reduce(into: [:]) { $0[$1] = try require($1, of: concert, reader) }
    }

    static func all(of concert: ConcertID, _ reader: Reader) throws -> [Schedule] {
        try reader.rows(Statements.all, { $0.bind(concert) }, map: schedule).sorted {
            ($0.settings.startsAt, $0.id) < ($1.settings.startsAt, $1.id)
        }
    }

    /// The dates on sale, those first that close first. Reads all dates, of which there are few.
    static func onSale(limit: Int, _ reader: Reader) throws -> [Schedule] {
        try reader.rows(Statements.onSale, { $0.bind(reader.now, limit) }, map: schedule)
    }

    private static func schedule(_ row: borrowing Row) throws -> Schedule {
        let settings = try Schedule.Settings(
            name: row.text(7), startsAt: row.timestamp(8), endsAt: row.timestamp(9), saleOpensAt: row.timestamp(10),
            saleClosesAt: row.timestamp(11), cancelUntil: row.optionalTimestamp(12), seatsPerUser: row.int(13),
            hold: .milliseconds(row.int64(14)), room: row.optionalID(15),
            presales: [RoomID](stored: row.text(25)))
        let reason = try row.optionalText(20) ?? ""
        let returnUntil = try row.optionalTimestamp(21)
        let move = try row.optionalTimestamp(19).map {
            Schedule.Move(at: $0, reason: reason, returnUntil: returnUntil)
        }
        let cancellation = try row.optionalID(22, as: Cancelling.self).map { id in
            DateCancellation(id, reason: try row.text(24), at: try row.timestamp(23))
        }
        return Schedule(
            stored: try row.id(0), concert: try row.id(1), currency: try row.currency(2),
            addedAs: Fingerprint(stored: try row.int64(3)), settings: settings,
            returnPolicy: try ReturnPolicy(stored: try row.text(16)), version: try row.int64(4),
            changedBy: try row.id(5), layoutVersion: try row.int64(6), addedAt: try row.optionalTimestamp(17),
            changedAt: try row.optionalTimestamp(18), move: move,
            cancellation: cancellation)
    }
}

/// The stored form of presales: their ids, separated by commas.
extension [RoomID] {
    fileprivate init(stored text: String) throws {
        self = try text.split(separator: ",").map { id in
            guard let room = RoomID(String(id)) else {
                throw DatabaseError(.damaged, "the presales of a date cannot be read: \(text)")
            }
            return room
        }
    }

    fileprivate var stored: String { map { "\($0)" }.joined(separator: ",") }
}

extension ReturnPolicy {
    fileprivate init(stored text: String) throws {
        self.init(
            stored: try text.pairs.map { Step(daysBeforeStart: Int($0.key), keptPercent: Int($0.value)) })
    }

    fileprivate var stored: String { steps.map { "\($0.daysBeforeStart):\($0.keptPercent)" }.joined(separator: ",") }
}

/// The stored form of the policy of a ticket: the deadline, then the steps, such as `1798761600000,1796000000000:10`.
extension ReturnTerms {
    init(stored text: String) throws {
        let parts = text.split(separator: ",", maxSplits: 1).map(String.init)
        guard let first = parts.first else {
            self.init(until: nil)
            return
        }
        guard let until = Int64(first) else { throw DatabaseError(.damaged, "a return policy cannot be read: \(text)") }
        self.init(
            until: Timestamp(milliseconds: until),
            steps: try (parts.count == 2 ? parts[1] : "").pairs.map {
                Step(from: Timestamp(milliseconds: $0.key), keptPercent: Int($0.value))
            })
    }

    /// Empty if users cannot return the ticket.
    var stored: String {
        guard let until else { return "" }
        return (["\(until.milliseconds)"] + steps.map { "\($0.from.milliseconds):\($0.keptPercent)" }).joined(
            separator: ",")
    }
}

extension String {
    /// The pairs in a text such as `30:10,7:50`.
    fileprivate var pairs: [(key: Int64, value: Int64)] {
        get throws {
            try split(separator: ",").map { pair in
                let numbers = pair.split(separator: ":").compactMap { Int64($0) }
                guard numbers.count == 2 else {
                    throw DatabaseError(.damaged, "a return policy cannot be read: \(self)")
                }
                return (numbers[0], numbers[1])
            }
        }
    }
}
