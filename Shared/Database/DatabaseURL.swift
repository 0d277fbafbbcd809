import Kernel

/// The location of a database, as an operator writes it.
///
///     sqlite:///var/lib/onsale/concert.db     one file, one process
///     sqlite::memory:                         lost with the process, for tests
///     postgres://onsale@db.example/concert    PostgreSQL, or a server with its protocol
package enum DatabaseURL: Equatable, Sendable {
    case memory
    case file(path: String)
    case postgreSQL(String)

    /// The host of a PostgreSQL URL whose connection other machines can read. Nil for other URLs.
    package static func hostWithoutEncryption(in text: String) -> String? {
        guard case .postgreSQL(let url) = try? DatabaseURL(text) else { return nil }
        return try? PostgreSQLURL(url).hostWithoutEncryption
    }

    /// The path of a SQLite database. Nil for other URLs.
    package static func file(in text: String) -> String? {
        guard case .file(let path) = try? DatabaseURL(text) else { return nil }
        return path
    }

    package init(_ text: String) throws {
        if text == "sqlite::memory:" {
            self = .memory
        } else if text.hasPrefix("sqlite:///") {
            let path = String(text.dropFirst("sqlite://".count))
            guard path.utf8.count > 1, !path.hasSuffix("/"), !path.contains("?"), !path.utf8.contains(0) else {
                throw DatabaseError(
                    .setup,
                    "\(text) is not a valid database URL: write sqlite:// and the absolute path, without options"
                )
            }
            self = .file(path: path)
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgreSQL(text)
        } else {
            throw DatabaseError(
                .setup,
                """
                \(SecretURL.withoutPassword(text)) is not a valid database URL: use sqlite:///path/to/file, \
                sqlite::memory: or postgres://user@host/name
                """)
        }
    }
}
