import CPostgreSQL
import Glibc

/// Finds out whether a pooler keeps a session for its client, or hands it to another client after each transaction.
/// Prepared statements and settings belong to a session: with another one, a client runs the text of somebody else.
enum PostgreSQLPooler {
    /// A pooler under load may hand out different sessions by chance: not so often in a row.
    private static let rounds = 8
    /// A pool with too few sessions answers never.
    private static let patienceMilliseconds = 5000

    /// Marks the session of `one`. It is not kept if `other` sees the mark, or if `one` no longer does while a transaction
    /// of `other` holds the session that it had.
    static func check(_ one: PostgreSQLLink, _ other: PostgreSQLLink) throws(DatabaseError) {
        for link in [one, other] { PQexitPipelineMode(link.handle) }
        for round in 1...rounds {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let mark = "\(getpid()).\(now.tv_sec).\(now.tv_nsec).\(round)"
            _ = try answer("select set_config('onsale.session', '\(mark)', false)", on: one)
            let others = try answer("begin; select current_setting('onsale.session', true)", on: other)
            let own = try answer("select current_setting('onsale.session', true)", on: one)
            _ = try answer("commit", on: other)
            guard others != mark && own == mark else {
                throw DatabaseError(
                    .setup,
                    """
                    a pooler between this program and PostgreSQL hands a session to other clients after each \
                    transaction, and prepared statements do not survive that. Set pool_mode = session in pgbouncer.ini, or \
                    connect to PostgreSQL itself
                    """)
            }
        }
    }

    private static func answer(_ sql: String, on link: PostgreSQLLink) throws(DatabaseError) -> String {
        guard PQsendQuery(link.handle, sql) == 1 else { throw DatabaseError(.unavailable, link.message) }
        var text = ""
        while true {
            while PQisBusy(link.handle) == 1 {
                var descriptor = pollfd(fd: PQsocket(link.handle), events: Int16(POLLIN), revents: 0)
                guard poll(&descriptor, 1, CInt(patienceMilliseconds)) > 0, PQconsumeInput(link.handle) == 1 else {
                    throw DatabaseError(
                        .unavailable,
                        "the pooler between this program and PostgreSQL has no session left: raise default_pool_size")
                }
            }
            guard let result = PQgetResult(link.handle) else { return text }
            text = try PostgreSQLAnswer(result, from: link.handle).columns.first ?? ""
        }
    }
}
