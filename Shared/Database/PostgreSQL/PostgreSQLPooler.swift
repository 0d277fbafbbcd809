import CPostgreSQL
import Glibc

/// Checks that a pooler keeps a session for its client, instead of assigning it to another client after each
/// transaction. Prepared statements and settings belong to a session. In another client's session, a name may belong to
/// another text.
enum PostgreSQLPooler {
    /// A pooler under load may keep a session by chance, but not in so many rounds.
    private static let rounds = 8

    /// Marks the session of the first link. Throws if the last link sees the mark. Then opens a transaction on the last
    /// link, and throws if the first link does not see the mark.
    static func check(_ links: [PostgreSQLLink]) throws(DatabaseError) {
        let (one, other) = (links.first!, links.last!)
        for link in [one, other] { PQexitPipelineMode(link.handle) }
        defer { PQenterPipelineMode(one.handle) }
        for round in 1...rounds {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let mark = "\(getpid()).\(now.tv_sec).\(now.tv_nsec).\(round)"
            _ = try column("select set_config('onsale.session', '\(mark)', false)", on: one)
            let others = try column("begin; select current_setting('onsale.session', true)", on: other)
            let own = try column("select current_setting('onsale.session', true)", on: one)
            _ = try column("commit", on: other)
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

    private static func column(_ sql: String, on link: PostgreSQLLink) throws(DatabaseError) -> String? {
        try PostgreSQLAnswer(to: sql, from: link.handle).columns.first
    }
}
