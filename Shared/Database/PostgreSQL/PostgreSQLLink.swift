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
    let server: PostgreSQLServer
    private let warnings: Warnings

    /// Connects to the first server of the URL that takes writes, and checks that it keeps what it confirms.
    init(_ url: String) throws(DatabaseError) {
        let hosts = try PostgreSQLURL(url).hostCount
        let (handle, warnings) = (Self.connect(url), Warnings())
        do throws(DatabaseError) {
            guard PQstatus(handle) == CONNECTION_OK else {
                throw DatabaseError(.unavailable, "no server of this URL takes writes: \(Self.message(of: handle))")
            }
            // Warnings are counted; other notices go nowhere, instead of to standard error.
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
        self.handle = handle
        self.warnings = warnings
    }

    deinit {
        PQfinish(handle)
    }

    private static func connect(_ url: String) -> OpaquePointer {
        let options =
            keepAlive + [
                ("connect_timeout", "\(connectTimeoutSeconds)"), ("tcp_user_timeout", "\(silenceMilliseconds)"),
                ("fallback_application_name", "onsale"),
                // After the defaults, so that the operator's URL wins.
                ("dbname", url),
                // After the URL, because a service writes: libpq then passes over a host that is a standby, or read-only.
                ("target_session_attrs", "read-write"),
            ]
        var names: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in names + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let handle = PQconnectdbParams(&names, &values, 1) else { fatalError("no memory for a connection") }
        return handle
    }

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// False once the server has reported that it is a standby, or that its transactions are read-only. Servers before
    /// PostgreSQL 14 do not report it; their refusal of a write (25006) tells.
    var takesWrites: Bool { !reports("in_hot_standby") && !reports("default_transaction_read_only") }

    private func reports(_ setting: String) -> Bool {
        PQparameterStatus(handle, setting).map { strcmp($0, "on") == 0 } ?? false
    }

    /// How many warnings the server has sent.
    var warningCount: Int { warnings.count }
    /// The latest one.
    var warning: String { warnings.latest }

    /// libpq's own words about what went wrong last.
    var message: String { Self.message(of: handle) }

    static func message(of handle: OpaquePointer) -> String {
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

    /// Counts warnings, and keeps the latest. libpq calls it on the thread that reads from the connection.
    private final class Warnings {
        var count = 0
        var latest = ""

        static let receive: PQnoticeReceiver = { context, result in
            guard let context, let result else { return }
            // PG_DIAG_SEVERITY_NONLOCALIZED and PG_DIAG_MESSAGE_PRIMARY: macros in libpq, hence not seen from Swift.
            let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { String(cString: $0) }
            guard severity == "WARNING" else { return }
            let warnings = Unmanaged<Warnings>.fromOpaque(context).takeUnretainedValue()
            warnings.count += 1
            warnings.latest = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? ""
        }
    }
}
