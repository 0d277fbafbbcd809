import CPostgreSQL
import Glibc

/// One connection to a server, in libpq's pipeline mode: what is sent is not waited for until someone wants the answer.
///
/// Sound to share: the thread that owns the connection is alone with it.
final class PostgreSQLLink: @unchecked Sendable {
    private static let connectTimeoutSeconds = 5
    /// How long the network may swallow what we send before the connection counts as lost.
    private static let silenceMilliseconds = 10_000
    /// While an answer is waited for nothing is sent: then it is the kernel who asks whether the server is still there, and
    /// who gives up after about as long.
    private static let keepAlive = [("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3")]
    /// A stopped program must not hold its rows against all the others, nor we wait for it for ever.
    private static let settings = """
        set lock_timeout = 5000; set idle_in_transaction_session_timeout = 10000; set client_encoding = 'UTF8'
        """

    let handle: OpaquePointer

    init(_ url: String) throws(DatabaseError) {
        try Self.check(url)
        let options =
            Self.keepAlive + [
                ("connect_timeout", "\(Self.connectTimeoutSeconds)"),
                ("tcp_user_timeout", "\(Self.silenceMilliseconds)"), ("fallback_application_name", "onsale"),
                // Last, so that what the operator's URL says wins.
                ("dbname", url),
            ]
        var names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let handle = PQconnectdbParams(&names, &values, 1) else { fatalError("no memory for a connection") }
        self.handle = handle
        guard isAlive else { throw DatabaseError(.unavailable, "PostgreSQL cannot be reached: \(message)") }
        // What servers tell in passing goes nowhere, instead of to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try checkDurability()
        _ = try answer(to: Self.settings)
        guard PQenterPipelineMode(handle) == 1 else { throw DatabaseError(.unavailable, message) }
    }

    /// What libpq says of a URL that it cannot read repeats parts of it, and these may be of the password: so it is not asked
    /// to connect with one.
    private static func check(_ url: String) throws(DatabaseError) {
        let options = PQconninfoParse(url, nil)
        defer { PQconninfoFree(options) }
        let port = options.map { first in
            sequence(first: first) { $0 + 1 }.prefix { $0.pointee.keyword != nil }
                .first { String(cString: $0.pointee.keyword) == "port" }?.pointee.val.map { String(cString: $0) }
        }
        guard let port, (port ?? "").allSatisfy({ $0.isNumber || $0 == "," }) else {
            throw DatabaseError(
                .setup,
                """
                this URL cannot be read: a character in user, password or name that has a meaning in URLs must be written \
                as its code, such as %2F for / and %25 for %
                """)
        }
    }

    deinit {
        PQfinish(handle)
    }

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// libpq's own words about what went wrong last.
    var message: String {
        String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
    }

    /// What the server was sent so far is worked off and answered, without ending a transaction.
    func flush() {
        PQsendFlushRequest(handle)
        PQflush(handle)
    }

    /// As `flush`; after an error the server also begins to listen again.
    func synchronize() {
        PQpipelineSync(handle)
        PQflush(handle)
    }

    /// As if the network had gone: for tests.
    func cut() {
        shutdown(PQsocket(handle), CInt(SHUT_RDWR))
    }

    private func checkDurability() throws(DatabaseError) {
        guard try answer(to: "show synchronous_commit") != "off" else {
            throw DatabaseError(
                .setup,
                """
                this PostgreSQL forgets commits that it has confirmed when it crashes: synchronous_commit is off. \
                Set it to on, in postgresql.conf or for this user or database
                """)
        }
    }

    private func answer(to sql: String) throws(DatabaseError) -> String {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            throw result.map { DatabaseError(postgreSQL: $0, of: self) } ?? DatabaseError(.unavailable, message)
        }
        return PQntuples(result) > 0 ? String(cString: PQgetvalue(result, 0, 0)) : ""
    }
}
