import CPostgreSQL
import Glibc

/// One connection to a server in libpq's pipeline mode: sending does not wait for answers.
///
/// Sound to share: only the thread that owns the connection uses it.
final class PostgreSQLLink: @unchecked Sendable {
    private static let connectTimeoutSeconds = 5
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
        let hosts = try PostgreSQLURL(url).hostCount
        let (handle, warnings) = (Self.connect(url), Warnings())
        do throws(DatabaseError) {
            guard PQstatus(handle) == CONNECTION_OK else {
                throw DatabaseError(
                    .unavailable, "no server of this URL accepts connections and writes: \(Self.message(of: handle))")
            }
            // Counts warnings and drops other notices, which libpq would write to standard error.
            PQsetNoticeReceiver(handle, Warnings.receive, Unmanaged.passUnretained(warnings).toOpaque())
            server = try PostgreSQLServer(handle, hostCount: hosts)
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

    private static func connect(_ url: String) -> OpaquePointer {
        let options =
            keepAlive + [
                ("connect_timeout", "\(connectTimeoutSeconds)"), ("tcp_user_timeout", "\(userTimeoutMilliseconds)"),
                ("fallback_application_name", "onsale"),
                // After the defaults, so that the operator's URL overrides them.
                ("dbname", url),
                // After the URL, because each service writes: libpq then skips a host that is a standby or read-only.
                ("target_session_attrs", "read-write"),
            ]
        var names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let handle = PQconnectdbParams(&names, &values, 1) else { fatalError("out of memory for a connection") }
        return handle
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
