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

    /// Opens the first connection. Throws if there is a pooler that does not keep sessions.
    func open() throws(DatabaseError) -> PostgreSQLConnection {
        let link = try PostgreSQLLink(url)
        if link.server.isPooled { try PostgreSQLPooler.check(try PostgreSQLLink(url), try PostgreSQLLink(url)) }
        return connection(link)
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
        return PostgreSQLConnection(link, environment.faults)
    }
}
