import CPostgreSQL
import Glibc

/// Checks that a pooler keeps a session for its client, instead of assigning it to another client after each
/// transaction. Prepared statements and settings belong to a session: in the session of another client, a name may
/// stand for another text.
enum PostgreSQLPooler {
    /// A pooler under load may keep a session by chance, but not in so many rounds.
    private static let rounds = 8
    /// A pool with too few sessions never answers.
    private static let timeoutMilliseconds = 5000

    /// Marks the session of `one` and throws if it is not kept: if `other` sees the mark, or if `one` does not see it
    /// while a transaction of `other` is open.
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
                    a pooler between this program and PostgreSQL gives a session to other clients after each \
                    transaction, which breaks prepared statements. Set pool_mode = session in pgbouncer.ini, or \
                    connect to PostgreSQL directly
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
                guard poll(&descriptor, 1, CInt(timeoutMilliseconds)) > 0, PQconsumeInput(link.handle) == 1 else {
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
