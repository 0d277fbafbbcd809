import CPostgreSQL
import Kernel

/// The parts of a URL that determine how to connect, as libpq parses them.
struct PostgreSQLURL {
    private static let defaultPort = "5432"

    /// The number of servers in the URL. Each of them may be promoted.
    let hostCount: Int

    /// For each server of the URL, the options that select it. No options for a URL without a list.
    let servers: [[(String, String)]]

    /// The first host whose connection is not encrypted and verified, and is neither this machine nor a socket.
    private(set) var hostWithoutEncryption: String?

    /// Checks the URL before libpq uses it. For a malformed URL, libpq's error repeats parts of it, which may contain
    /// the password.
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
                this URL is malformed. Write special characters in user, password and name as their codes, such as %2F for / \
                and %25 for %
                """)
        }
        let session = value("target_session_attrs") ?? "any"
        guard ["any", "primary", "read-write"].contains(session) else {
            throw DatabaseError(
                .setup,
                "target_session_attrs=\(session) selects a standby, but this program writes: use read-write, or omit it"
            )
        }
        let hosts = ((value("hostaddr") ?? value("host")) ?? "").split(separator: ",").map(String.init)
        if value("sslmode") != "verify-full" {
            hostWithoutEncryption = hosts.first { host in
                !host.hasPrefix("/") && !host.hasPrefix("@") && !Address(host: host, port: 0).isLoopback
            }
        }
        let lists = ["host", "hostaddr", "port"].map { name in
            // A list of hosts without ports has a list of empty ports. libpq ignores an option with an empty value.
            let values = (value(name) ?? "").split(separator: ",", omittingEmptySubsequences: false)
            return (name, values.map { $0.isEmpty && name == "port" ? Self.defaultPort : String($0) })
        }.filter { $0.1.count > 1 }
        // libpq explains why lists of different lengths are wrong.
        let isValid = lists.allSatisfy { $0.1.count == lists[0].1.count }
        servers =
            isValid ? lists.first.map { $0.1.indices.map { index in lists.map { ($0, $1[index]) } } } ?? [[]] : [[]]
        hostCount = [value("host"), value("hostaddr")].map { ($0 ?? "").split(separator: ",").count }.max() ?? 0
    }
}
