import CPostgreSQL

/// The parts of a URL that decide how to connect, as libpq reads them.
struct PostgreSQLURL {
    /// The servers a session may end up on. Each of them may be promoted one day.
    let hostCount: Int

    /// Checks the URL before libpq connects with it, because libpq's message about a malformed one repeats parts of it, and
    /// these may be of the password.
    init(_ text: String) throws(DatabaseError) {
        let options = PQconninfoParse(text, nil)
        defer { PQconninfoFree(options) }
        func value(_ keyword: String) -> String? {
            guard let options else { return nil }
            return sequence(first: options) { $0 + 1 }.prefix { $0.pointee.keyword != nil }
                .first { String(cString: $0.pointee.keyword) == keyword }?.pointee.val.map { String(cString: $0) }
        }
        guard options != nil, (value("port") ?? "").allSatisfy({ $0.isNumber || $0 == "," }) else {
            throw DatabaseError(
                .setup,
                """
                this URL cannot be read: a character in user, password or name that has a meaning in URLs must be written \
                as its code, such as %2F for / and %25 for %
                """)
        }
        let session = value("target_session_attrs") ?? "any"
        guard ["any", "primary", "read-write"].contains(session) else {
            throw DatabaseError(
                .setup,
                "target_session_attrs=\(session) asks for a standby, and this program writes: use read-write, or leave it out"
            )
        }
        hostCount = [value("host"), value("hostaddr")].map { ($0 ?? "").split(separator: ",").count }.max() ?? 0
    }
}
