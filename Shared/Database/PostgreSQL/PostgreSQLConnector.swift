import CPostgreSQL
import Threads

/// Opens the connections of one engine, and warns if a new server is configured less durably than the previous one.
final class PostgreSQLConnector: Sendable {
    private let url: String
    private let environment: Environment
    private let lastWarning = Lock<String?>(nil)

    init(_ url: String, _ environment: Environment) {
        self.url = url
        self.environment = environment
    }

    /// Opens the first connection. Throws if there is a pooler that has too few sessions or does not keep them.
    func open() throws(DatabaseError) -> PostgreSQLConnection {
        let link: PostgreSQLLink
        do throws(DatabaseError) {
            link = try PostgreSQLLink(url)
        } catch {
            guard error == .noAnswer else { throw error }
            let message = "\(DatabaseError.noAnswer.message). A pooler needs \(sessions) sessions for this program"
            throw DatabaseError(.unavailable, message)
        }
        if link.server.isPooled { try PostgreSQLPooler.check([link] + moreSessions()) }
        return connection(link)
    }

    /// One session for each connection for calls, and one for scans.
    private var sessions: Int { environment.limits.connections + 1 }

    /// Opens all sessions but the first, because a pooler that has too few lets the last ones wait.
    private func moreSessions() throws(DatabaseError) -> [PostgreSQLLink] {
        var links: [PostgreSQLLink] = []
        while links.count + 1 < sessions {
            do throws(DatabaseError) {
                links.append(try PostgreSQLLink(url))
            } catch {
                throw DatabaseError(
                    .setup,
                    """
                    the pooler between this program and PostgreSQL has \(links.count + 1) of the \(sessions) sessions that \
                    this program needs. Raise default_pool_size in pgbouncer.ini, or lower --database-connections. \
                    \(error.message)
                    """)
            }
        }
        return links
    }

    func connect() throws(DatabaseError) -> PostgreSQLConnection {
        connection(try PostgreSQLLink(url))
    }

    private func connection(_ link: PostgreSQLLink) -> PostgreSQLConnection {
        let warning = link.server.warning
        let isNew = lastWarning.withLock { last in
            defer { last = warning }
            return warning != last
        }
        if isNew, let warning { environment.observe(.warned(warning)) }
        return PostgreSQLConnection(link)
    }
}
