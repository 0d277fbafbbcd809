import CPostgreSQL
import Glibc

/// One connection to a server in libpq's pipeline mode: sending does not wait for answers.
///
/// Sound to share: only the thread that owns the connection uses it.
final class PostgreSQLLink: @unchecked Sendable {
    private static let connectTimeoutSeconds = 3
    /// After this wait for an answer, the link checks that the server is alive.
    private static let answerPatienceMilliseconds: CInt = 3000
    /// The shortest time-out of libpq.
    private static let pingTimeoutSeconds = 2
    /// The connection counts as lost if the server does not acknowledge sent data for this time.
    private static let userTimeoutMilliseconds = 10_000
    /// Nothing is sent during the wait for an answer. Then the kernel probes the server, and gives up after about the
    /// same time.
    private static let keepAlive = [("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3")]
    /// Limits the wait for a row lock, and how long a suspended program can hold row locks.
    private static let settings = """
        set lock_timeout = 5000; set idle_in_transaction_session_timeout = 10000; set client_encoding = 'UTF8'
        """

    let url: String
    let handle: OpaquePointer
    let server: PostgreSQLServer
    private let warnings: Warnings

    /// Connects to the first server of the URL that accepts writes, and checks that acknowledged commits are durable.
    init(_ url: String) throws(DatabaseError) {
        let parts = try PostgreSQLURL(url)
        let (handle, warnings) = (try Self.connect(url, to: parts.servers), Warnings())
        do throws(DatabaseError) {
            // Counts warnings and drops other notices, which libpq would write to standard error.
            PQsetNoticeReceiver(handle, Warnings.receive, Unmanaged.passUnretained(warnings).toOpaque())
            server = try PostgreSQLServer(handle, hostCount: parts.hostCount)
            _ = try PostgreSQLAnswer(to: Self.settings, from: handle)
            guard PQenterPipelineMode(handle) == 1 else {
                throw DatabaseError(.unavailable, Self.message(of: handle))
            }
        } catch {
            PQfinish(handle)
            throw error
        }
        self.url = url
        self.handle = handle
        self.warnings = warnings
    }

    deinit {
        PQfinish(handle)
    }

    /// Connects to the first server that accepts writes. Each gets a try of its own, because libpq does not try the next one if a
    /// server answers with an error, such as one that is being restored.
    private static func connect(
        _ url: String, to servers: [[(String, String)]]
    ) throws(DatabaseError) -> OpaquePointer {
        var problems: [String] = []
        for server in servers {
            guard let handle = connect(url, server) else {
                throw DatabaseError(.unavailable, "there is no memory for a connection")
            }
            if PQstatus(handle) == CONNECTION_OK { return handle }
            problems.append(message(of: handle))
            PQfinish(handle)
        }
        throw DatabaseError(
            .unavailable,
            "no server of this URL accepts connections and writes: \(problems.joined(separator: "; "))")
    }

    /// Nil without memory.
    private static func connect(_ url: String, _ server: [(String, String)]) -> OpaquePointer? {
        let options =
            keepAlive + [
                ("connect_timeout", "\(connectTimeoutSeconds)"), ("tcp_user_timeout", "\(userTimeoutMilliseconds)"),
                ("fallback_application_name", "onsale"),
                // After the defaults, so that the operator's URL overrides them.
                ("dbname", url),
                // After the URL, because each service writes: libpq then skips a host that is a standby or read-only.
                ("target_session_attrs", "read-write"),
            ] + server
        return withArrays(options) { PQconnectdbParams($0, $1, 1) }
    }

    /// Passes names and values to a function of libpq. It expands the URL in `dbname`, and the last value of a name wins.
    private static func withArrays<Result>(
        _ options: [(String, String)],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        let values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        return body(names, values)
    }

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// As the server said at its last synchronization. True also if an error has ended the transaction.
    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// False if the server has reported that it is a standby, or that its transactions are read-only. Servers before
    /// PostgreSQL 14 do not report it, but refuse a write with 25006.
    var takesWrites: Bool { !reports("in_hot_standby") && !reports("default_transaction_read_only") }

    private func reports(_ setting: String) -> Bool {
        PQparameterStatus(handle, setting).map { strcmp($0, "on") == 0 } ?? false
    }

    var warningCount: Int { warnings.count }
    var warning: String { warnings.latest }

    /// libpq's text of the latest error.
    var message: String { Self.message(of: handle) }

    static func message(of handle: OpaquePointer) -> String {
        String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
    }

    /// Sends the queued statements and asks for their answers, without ending a transaction.
    func flush() {
        PQsendFlushRequest(handle)
        PQflush(handle)
    }

    /// As `flush`, and ends the server's skipping of statements after an error.
    func synchronize() {
        PQpipelineSync(handle)
        PQflush(handle)
    }

    /// Returns the next result, or nil after the last one of a statement. Waits as long as the server accepts connections. The
    /// kernel of a frozen server still acknowledges data, so no time-out of TCP ends the wait.
    func nextResult() -> OpaquePointer? {
        // Reads before it polls, because decrypted data may wait in the buffer of TLS.
        while PQisBusy(handle) == 1, PQconsumeInput(handle) == 1, PQisBusy(handle) == 1 { waitForInput() }
        return PQgetResult(handle)
    }

    /// Returns after input or an error, or if the server may be slow. Ends the connection if the server does not answer a ping.
    private func waitForInput() {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, Self.answerPatienceMilliseconds) == 0, !serverAnswers {
            shutdown(descriptor.fd, CInt(SHUT_RDWR))
        }
    }

    /// True if the server of this connection answers another one, also if it refuses it.
    private var serverAnswers: Bool {
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        let options = [
            ("dbname", url), ("host", text(PQhost(handle))), ("hostaddr", text(PQhostaddr(handle))),
            ("port", text(PQport(handle))), ("connect_timeout", "\(Self.pingTimeoutSeconds)"),
            ("target_session_attrs", "any"),
        ]
        return Self.withArrays(options) { PQpingParams($0, $1, 1) } != PQPING_NO_RESPONSE
    }

    /// Counts warnings and keeps the latest. libpq calls it on the thread that reads from the connection.
    private final class Warnings {
        var count = 0
        var latest = ""

        static let receive: PQnoticeReceiver = { context, result in
            guard let context, let result else { return }
            // PG_DIAG_SEVERITY_NONLOCALIZED and PG_DIAG_MESSAGE_PRIMARY, macros that Swift does not import.
            let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { String(cString: $0) }
            guard severity == "WARNING" else { return }
            let warnings = Unmanaged<Warnings>.fromOpaque(context).takeUnretainedValue()
            warnings.count += 1
            warnings.latest = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? ""
        }
    }
}
