import Database
import Identity
import Kernel
import MessageJSON
import RPC
import Synchronization

/// The log of what operators did, and the end of its chain.
package enum ActionTable {
    /// Maximum bytes of the text of a request. A longer one is cut.
    static let maximumTextBytes = 64 << 10

    /// `serial` and `hash` are null until the job has chained the row. `salt` and `request` are null after their deletion.
    package static func migrations(as number: Int) -> [Migration] {
        [
            Migration(
                number, "create the log of actions",
                """
                create table operator_action (
                    action_id uuid not null, at bigint not null, user_id uuid not null, session_id uuid,
                    duties bigint not null, method text not null, request_id uuid, request_hash bytea not null,
                    salt bytea, request text, serial bigint, hash bytea,
                    constraint operator_action_key primary key (action_id),
                    constraint operator_action_duties_are_known check (duties between 0 and 255),
                    constraint operator_action_is_chained_whole check ((serial is null) = (hash is null)))
                """,
                "create unique index operator_action_serial on operator_action (serial asc)",
                "create index operator_action_waiting on operator_action (at asc, action_id) where serial is null",
                // One row. Each instance writes it first, so the chain has no fork.
                """
                create table action_chain (
                    number bigint not null, serial bigint not null, hash bytea not null,
                    constraint action_chain_key primary key (number))
                """)
        ]
    }

    private enum Statements {
        static let columns: SQL = "at, user_id, session_id, duties, method, request_id, request_hash"
        static let insert: Statement =
            "insert into operator_action (action_id, \(columns), salt, request) values (\(1...10))"
        static let waiting: Statement = """
            select \(columns), action_id from operator_action where serial is null order by at, action_id limit $1
            """
        static let lock: Statement = """
            insert into action_chain (number, serial, hash) values (1, $1, $2)
            on conflict (number) do update set serial = action_chain.serial returning serial, hash
            """
        static let end: Statement = "select serial, hash from action_chain where number = 1"
        static let save: Statement = "update action_chain set serial = $1, hash = $2 where number = 1"
        static let chain: Statement =
            "update operator_action set serial = $2, hash = $3 where action_id = $1 and serial is null"
        static let list: Statement = """
            select \(columns), serial, hash, salt, request from operator_action
            where serial > $1 and serial <= $2 and ($3 or user_id = $4) and ($5 or method = $6) and at >= $7 and at < $8
            order by serial limit $9
            """
    }

    /// Appends the call to the log if an operator makes it. Call it in the transaction that changes something, and only
    /// if it does: then a repeated request has one row.
    package static func append(_ call: Call, _ tx: Transaction) throws {
        guard let request = call.loggedRequest, let caller = call.caller else { return }
        let json = try MessageJSON.logText(of: request, as: call.method.request, without: call.method.secrets)
        let text = json.utf8.count > maximumTextBytes ? json.beginning(atMost: maximumTextBytes) + "…" : json
        let salt = ActionRecord.newSalt()
        try tx.execute(Statements.insert) {
            $0.bind(
                newID(at: tx.now), tx.now, caller.user, caller.session, Int64(caller.duties.rawValue),
                call.method.name, call.requestIDIfAny
            ).bind(ActionRecord.hash(ofRequest: text, salt: salt).bytes, salt, text)
        }
    }

    private static let count = Atomic<UInt64>(0)

    /// An id that sorts by the time, and within a millisecond by the order in this program.
    private static func newID(at now: Timestamp) -> RequestID {
        let random = RequestID.make(at: now)
        let number = count.wrappingAdd(1, ordering: .relaxed).oldValue & 0x3f_ffff
        return RequestID(
            high: random.high & ~0xfff, low: 0x8000_0000_0000_0000 | number << 40 | random.low & 0xff_ffff_ffff)
    }

    // MARK: The chain

    struct Waiting: Sendable {
        let id: RequestID
        let record: ActionRecord
    }

    /// Actions that are not in the chain, the oldest first.
    static func waiting(limit: Int, _ reader: Reader) throws -> [Waiting] {
        try reader.rows(Statements.waiting, { $0.bind(limit) }) { row in
            let record = ActionRecord(
                at: try row.timestamp(0), user: try row.id(1), session: try row.optionalID(2), duties: try duties(row),
                method: try row.text(4), requestID: try row.optionalID(5), requestHash: try digest(row, 6))
            return Waiting(id: try row.id(7), record: record)
        }
    }

    /// Writes and returns the end of the chain. The first step of each change of the chain, so that the instances take
    /// turns.
    static func lock(_ tx: Transaction) throws -> ActionChain {
        let start = ActionChain()
        let ends = try tx.rows(Statements.lock, { $0.bind(start.serial, start.hash.bytes) }, map: end)
        guard let end = ends.first else { throw BrokenInvariant("the log of actions has no end") }
        return end
    }

    static func end(_ reader: Reader) throws -> ActionChain {
        try reader.first(Statements.end, map: end) ?? ActionChain()
    }

    /// Stores the place of an action, which is the end of the chain now.
    static func save(_ chain: ActionChain, of action: RequestID, _ tx: Transaction) throws {
        try tx.executeOne(Statements.chain) { $0.bind(action, chain.serial, chain.hash.bytes) }
    }

    static func save(_ end: ActionChain, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) { $0.bind(end.serial, end.hash.bytes) }
    }

    // MARK: The list

    /// The actions that a request selects, up to the serial `last`.
    static func all(
        _ request: ListActionsRequest, upTo last: Int64, limit: Int, _ reader: Reader
    ) throws -> [OperatorAction] {
        let latest = Timestamp(milliseconds: .max)
        return try reader.rows(
            Statements.list,
            { binder in
                binder.bind(Int64(clamping: request.afterSerial), last, request.userID == nil, request.userID)
                    .bind(request.method.isEmpty, request.method)
                    .bind(request.since ?? Timestamp(milliseconds: 0), request.until ?? latest, limit)
            }
        ) { row in
            OperatorAction(
                serial: UInt64(clamping: try row.int64(7)), at: try row.timestamp(0), userID: try row.id(1),
                sessionID: try row.optionalID(2), duties: try duties(row).fields, method: try row.text(4),
                requestID: try row.optionalID(5), request: try row.optionalText(10) ?? "",
                salt: row.isNull(9) ? [] : try row.bytes(9), requestHash: try row.bytes(6), hash: try row.bytes(8))
        }
    }

    private static func duties(_ row: borrowing Row) throws -> Duties {
        Duties(rawValue: UInt8(clamping: try row.int64(3)))
    }

    private static func end(_ row: borrowing Row) throws -> ActionChain {
        ActionChain(serial: try row.int64(0), hash: try digest(row, 1))
    }

    private static func digest(_ row: borrowing Row, _ column: Int) throws -> Digest {
        guard let digest = Digest(stored: try row.bytes(column)) else {
            throw DatabaseError(.damaged, "a hash in the log of actions does not have \(Digest.byteCount) bytes")
        }
        return digest
    }
}
