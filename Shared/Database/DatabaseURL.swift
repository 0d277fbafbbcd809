/// Where a database is, as an operator writes it.
///
///     sqlite:///var/lib/onsale/concert.db     one file, one process
///     sqlite::memory:                         gone with the process: for tests
///     postgres://onsale@db.example/concert    anything that speaks PostgreSQL's protocol
package enum DatabaseURL: Equatable, Sendable {
    case memory
    case file(path: String)
    case postgreSQL(String)

    package init(_ text: String) throws {
        if text == "sqlite::memory:" {
            self = .memory
        } else if text.hasPrefix("sqlite:///") {
            let path = String(text.dropFirst("sqlite://".count))
            guard path.utf8.count > 1, !path.hasSuffix("/"), !path.contains("?"), !path.utf8.contains(0) else {
                throw DatabaseError(.setup, "\(text): a file's whole path comes after sqlite://, without options")
            }
            self = .file(path: path)
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgreSQL(text)
        } else {
            throw DatabaseError(
                .setup,
                """
                \(Self.withoutPassword(text)) is no database this program knows: use sqlite:///path/to/file, \
                sqlite::memory: or postgres://user@host/name
                """)
        }
    }

    /// The same URL, safe to print: what stands between the user's name and the host is left out.
    package static func withoutPassword(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return withoutPasswordOption(url)
        }
        return withoutPasswordOption(url[..<colon] + ":***" + rest[at...])
    }

    private static func withoutPasswordOption(_ url: some StringProtocol) -> String {
        guard let option = url.firstRange(of: "password=") else { return String(url) }
        let rest = url[option.upperBound...]
        return url[..<option.upperBound] + "***" + rest[(rest.firstIndex(of: "&") ?? rest.endIndex)...]
    }
}
