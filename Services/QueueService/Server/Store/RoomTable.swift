import Database
import Kernel
import QueueDomain

extension Room.Phase: Bindable {}

/// The rows of rooms and their names.
enum RoomTable {
    /// The changes of this table since `QueueSchema` created it, each with the next number of the whole schema.
    static let migrations = [
        Migration(
            2, "remember what a room was made as", "alter table room add column made_as bigint not null default 0"),
        Migration(
            12, "draw the line of a room",
            "alter table room add column draw_state bigint not null default 0",
            "alter table room add column draw_round bigint not null default 0",
            "alter table room add column participants bigint not null default 0",
            "alter table room add column seed bytea"),
        // Null if the rate is not corrected.
        Migration(15, "correct the rate of a room by no-shows", "alter table room add column attendance text"),
        Migration(16, "let users join with a code", "alter table room add column needs_code bigint not null default 0"),
    ]

    /// A query of no row, by a random key.
    static let probe: Statement = "select 1 from room where room_id = $1"

    private enum Statements {
        static let columns: SQL = """
            room_id, name, decided, joins_at, opens_at, active_limit, rate, ready_ms, idle_ms, hard_ms, \
            last_serial, admitted, occupied, no_shows, tokens, filled_at, pace_from, pace_count, pace_before, \
            settled_at, revision, waiting, waiting_limit, message, banned, draw_round, draw_state, participants, seed, \
            ended_finished, ended_left, ended_lapsed, ended_revoked, ended_active, attendance, needs_code
            """
        static let lock: Statement = "update room set revision = revision where room_id = $1 returning \(columns)"
        static let require: Statement = "select \(columns) from room where room_id = $1"
        static let all: Statement = "select \(columns) from room where room_id > $1 order by room_id limit $2"
        static let unsettled: Statement = """
            select \(columns) from room where room_id > $1
                and (decided < \(Room.Phase.closed) or occupied > 0 or admitted < last_serial)
            order by room_id limit $2
            """
        static let find: Statement = "select room_id from room_name where name = $1"
        static let takeName: Statement = "insert into room_name (name, room_id) values ($1, $2) on conflict do nothing"
        static let passName: Statement = "update room_name set room_id = $3 where name = $1 and room_id = $2"
        static let creationFingerprint: Statement = "select made_as from room where room_id = $1"
        static let insert: Statement =
            "insert into room (\(columns), made_as) values (\(1...37)) on conflict do nothing"
        static let save: Statement = """
            update room set decided = $2, joins_at = $3, opens_at = $4, active_limit = $5, rate = $6, ready_ms = $7,
                idle_ms = $8, hard_ms = $9, last_serial = $10, admitted = $11, occupied = $12, no_shows = $13,
                tokens = $14, filled_at = $15, pace_from = $16, pace_count = $17, pace_before = $18,
                settled_at = $19, revision = $20, waiting = $21, waiting_limit = $22, message = $23, banned = $24,
                draw_state = $25, participants = $26, seed = $27, ended_finished = $28, ended_left = $29,
                ended_lapsed = $30, ended_revoked = $31, ended_active = $32, attendance = $33
            where room_id = $1
            """
    }

    /// Writes and returns the room's row. Every step of a room does this first, so the steps of all instances are
    /// serialized.
    static func lock(_ id: RoomID, _ tx: Transaction) throws -> Room {
        let rooms = try tx.rows(Statements.lock, { $0.bind(id) }, map: room)
        guard let room = rooms.first else { throw QueueRefusal.because(.roomUnknown) }
        return room
    }

    static func require(_ id: RoomID, _ reader: Reader) throws -> Room {
        let room = try reader.first(Statements.require, { $0.bind(id) }, map: room)
        guard let room else { throw QueueRefusal.because(.roomUnknown) }
        return room
    }

    /// Rooms ordered by id.
    static func all(after id: RoomID?, limit: Int, _ reader: Reader) throws -> [Room] {
        try reader.rows(Statements.all, { $0.bind(id ?? RoomID(high: 0, low: 0), limit) }, map: room)
    }

    /// Rooms after `id` that may need a settlement.
    static func unsettled(after id: RoomID?, limit: Int, _ reader: Reader) throws -> [Room] {
        try reader.rows(Statements.unsettled, { $0.bind(id ?? RoomID(high: 0, low: 0), limit) }, map: room)
    }

    static func find(named name: String, _ reader: Reader) throws -> RoomID? {
        try reader.first(Statements.find, { $0.bind(name) }) { row in try row.id(0) }
    }

    /// False if another room has the name. A closed room loses its name to a new one, because it never opens again.
    static func takeName(of room: Room, _ tx: Transaction) throws -> Bool {
        if try tx.executeCounting(Statements.takeName, { $0.bind(room.name, room.id) }) == 1 { return true }
        guard let holder = try find(named: room.name, tx), try require(holder, tx).decided == .closed else {
            return false
        }
        return try tx.executeCounting(Statements.passName) { $0.bind(room.name, holder, room.id) } == 1
    }

    /// The fingerprint of the settings with which the room was created.
    static func creationFingerprint(of id: RoomID, _ reader: Reader) throws -> Fingerprint? {
        try reader.first(Statements.creationFingerprint, { $0.bind(id) }) { row in
            Fingerprint(stored: try row.int64(0))
        }
    }

    /// False if the id exists: from the same request, perhaps running now, or from another one.
    static func insert(_ room: Room, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(
                room.id, room.name, room.decided, room.times.joins, room.times.opens, room.limits.active,
                room.limits.rate, room.limits.ready.milliseconds
            ).bind(
                room.limits.idle.milliseconds, room.limits.hard.milliseconds, room.lastSerial, room.admitted,
                room.occupied, room.noShows, room.bucket?.millionths ?? 0, room.bucket?.filledAt ?? room.settledAt
            ).bind(
                room.pace.from, room.pace.count, room.pace.before, room.settledAt, room.revision, room.waiting,
                room.waitingLimit, room.message
            ).bind(
                room.bannedCount, room.draw?.round ?? 0, room.draw?.state.rawValue ?? 0, room.draw?.participants ?? 0,
                room.draw?.seed, room.ended.finished, room.ended.left, room.ended.lapsed
            ).bind(
                room.ended.revoked, room.ended.active, room.attendance?.stored, room.needsCode ? 1 : 0,
                room.creationFingerprint.value)
        } == 1
    }

    /// Saves a room that this transaction has locked.
    static func save(_ room: Room, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                room.id, room.decided, room.times.joins, room.times.opens, room.limits.active, room.limits.rate,
                room.limits.ready.milliseconds, room.limits.idle.milliseconds
            ).bind(
                room.limits.hard.milliseconds, room.lastSerial, room.admitted, room.occupied, room.noShows,
                room.bucket?.millionths ?? 0, room.bucket?.filledAt ?? room.settledAt, room.pace.from
            ).bind(
                room.pace.count, room.pace.before, room.settledAt, room.revision, room.waiting, room.waitingLimit,
                room.message, room.bannedCount
            ).bind(
                room.draw?.state.rawValue ?? 0, room.draw?.participants ?? 0, room.draw?.seed, room.ended.finished,
                room.ended.left, room.ended.lapsed, room.ended.revoked, room.ended.active
            ).bind(room.attendance?.stored)
        }
    }

    private static func room(_ row: borrowing Row) throws -> Room {
        let limits = try Room.Limits(
            active: row.optionalInt64(5), rate: row.optionalInt64(6), correctsNoShows: !row.isNull(34),
            ready: .milliseconds(row.int64(7)), idle: .milliseconds(row.int64(8)),
            hard: .milliseconds(row.int64(9)))
        let attendance = try row.optionalText(34).map { try Attendance(stored: $0, ready: limits.ready) }
        let (tokens, filledAt) = (try row.int64(14), try row.timestamp(15))
        return try Room(
            stored: row.id(0), name: row.text(1), limits: limits,
            times: Room.Times(joins: row.optionalTimestamp(3), opens: row.optionalTimestamp(4)),
            decided: row.value(2), lastSerial: row.int64(10),
            admitted: row.int64(11), occupied: row.int64(12), noShows: row.int64(13),
            bucket: limits.rate.map { rate in
                TokenBucket(
                    rate: rate, factorThousandths: attendance?.factorThousandths ?? TokenBucket.unchanged,
                    millionths: tokens, filledAt: filledAt)
            },
            pace: AdmissionPace(from: row.timestamp(16), count: row.int64(17), before: row.int64(18)),
            settledAt: row.timestamp(19), revision: row.int64(20), waiting: row.int64(21),
            waitingLimit: row.optionalInt64(22), message: row.text(23), bannedCount: row.int64(24),
            draw: draw(row),
            ended: EndedPlaces(
                finished: row.int64(29), left: row.int64(30), lapsed: row.int64(31), revoked: row.int64(32),
                active: row.int64(33)), attendance: attendance, needsCode: row.bool(35))
    }

    private static func draw(_ row: borrowing Row) throws -> Draw? {
        guard let state = Draw.State(rawValue: try row.int64(26)) else { return nil }
        let (participants, seed) = (try row.int64(27), row.isNull(28) ? nil : try row.bytes(28))
        return Draw(
            stored: state, round: try row.int64(25), participants: participants, seed: seed,
            numbering: try seed.map { try Numberings.shared.numbering(seed: $0, count: participants) })
    }
}

/// The stored form of the attendance of a room: its start, then the passed windows and the others, such as
/// `1798761600000 95000:57000 12:0 13:0`.
extension Attendance {
    fileprivate init(stored text: String, ready: Duration) throws {
        let parts = text.split(separator: " ")
        let windows = parts.dropFirst().compactMap { Window(stored: $0) }
        guard let start = parts.first.flatMap({ Int64($0) }), let passed = windows.first,
            windows.count == parts.count - 1
        else { throw DatabaseError(.damaged, "the attendance of a room cannot be read: \(text)") }
        self.init(
            ready: ready, start: Timestamp(milliseconds: start), windows: Array(windows.dropFirst()), passed: passed)
    }

    fileprivate var stored: String {
        (["\(start.milliseconds)"] + ([passed] + windows).map { "\($0.admitted):\($0.absent)" })
            .joined(separator: " ")
    }
}

extension Attendance.Window {
    fileprivate init?(stored text: Substring) {
        let numbers = text.split(separator: ":").compactMap { Int64($0) }
        guard numbers.count == 2 else { return nil }
        self.init(admitted: numbers[0], absent: numbers[1])
    }
}
