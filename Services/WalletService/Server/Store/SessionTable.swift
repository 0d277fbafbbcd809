import Database
import Identity
import Kernel
import WalletDomain

/// Sessions, also those that have ended, until the job removes them.
enum SessionTable {
    private static let columns: SQL = "session_id, user_id, name, kind, address, began_at, used_at, ends_at"

    private enum Statements {
        static let insert: Statement = """
            insert into session (\(columns), secret) values (\(1...9)) on conflict do nothing
            """
        static let find: Statement = "select \(columns), secret from session where user_id = $1 and session_id = $2"
        static let open: Statement = """
            select \(columns) from session where user_id = $1 and ends_at > $2 order by used_at desc, session_id
            limit $3
            """
        static let save: Statement = """
            update session set used_at = $3, ends_at = $4 where user_id = $1 and session_id = $2 and ends_at > $5
            """
        static let endOthers: Statement = """
            update session set ends_at = $2 where user_id = $1 and ends_at > $2 and session_id <> $3
            """
        static let endedBefore: Statement = """
            select user_id, session_id from session where ends_at < $1 order by ends_at limit $2
            """
        static let delete: Statement = "delete from session where user_id = $1 and session_id = $2"
    }

    /// Returns false if the user has a session with this id.
    static func insert(_ session: UserSession, secret: Digest, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(
                session.id, session.user, session.name.text, session.kind.rawValue, session.address, session.beganAt,
                session.usedAt, session.endsAt
            ).bind(secret.bytes)
        } == 1
    }

    static func find(
        _ id: SessionID, of user: UserID, _ reader: Reader
    ) throws -> (session: UserSession, secret: Digest)? {
        try reader.first(Statements.find, { $0.bind(user, id) }) { row in
            guard let secret = Digest(stored: try row.bytes(8)) else {
                throw DatabaseError(.damaged, "the secret of session \(id) is not a hash")
            }
            return (try session(row), secret)
        }
    }

    /// The sessions that have not ended, the latest used first.
    static func open(of user: UserID, at now: Timestamp, limit: Int, _ reader: Reader) throws -> [UserSession] {
        try reader.rows(Statements.open, { $0.bind(user, now, limit) }, map: session)
    }

    /// Stores a use or the end of a session. Returns false if it has ended before.
    @discardableResult
    static func save(_ session: UserSession, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.save) {
            $0.bind(session.user, session.id, session.usedAt, session.endsAt, tx.now)
        } == 1
    }

    /// Ends all sessions of a user but one. Nil ends all. Returns the number of ended sessions.
    @discardableResult
    static func endAll(of user: UserID, but kept: SessionID?, _ tx: Transaction) throws -> Int {
        try tx.executeCounting(Statements.endOthers) { $0.bind(user, tx.now, kept ?? SessionID(high: 0, low: 0)) }
    }

    /// The keys of sessions that ended before a time.
    static func ended(
        before time: Timestamp, limit: Int, _ reader: Reader
    ) throws -> [(user: UserID, session: SessionID)] {
        try reader.rows(Statements.endedBefore, { $0.bind(time, limit) }) { row in
            (user: try row.id(0), session: try row.id(1))
        }
    }

    static func delete(_ session: SessionID, of user: UserID, _ tx: Transaction) throws {
        try tx.execute(Statements.delete) { $0.bind(user, session) }
    }

    private static func session(_ row: borrowing Row) throws -> UserSession {
        UserSession(
            stored: try row.id(0), of: try row.id(1), named: try UserName(try row.text(2)), try row.value(3),
            from: try row.text(4), beganAt: try row.timestamp(5), usedAt: try row.timestamp(6),
            endsAt: try row.timestamp(7))
    }
}
