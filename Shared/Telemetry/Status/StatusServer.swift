import CMicroHTTP
import Glibc
import Kernel
import Threads

/// Serves `/metrics`, `/healthz` (the program runs) and `/readyz` (it is ready for work; if not, the reasons) over
/// HTTP, or HTTPS with a certificate. Changes nothing, serves one request per connection, and uses its own threads.
package final class StatusServer: Sendable {
    private static let backlog: Int32 = 1024
    private static let connectionMemoryByteCount = 16 * 1024
    private static let lateCheckMilliseconds = 250
    private static let tlsVersions = "SECURE128:-VERS-ALL:+VERS-TLS1.3"

    /// The address it listens on, with the actual port if port 0 was given.
    package let address: Address
    let connections: StatusConnections
    private let daemon: Lock<Daemon?>
    private let isStopping = CountingSemaphore()

    private let socket: ListeningSocket

    private struct Daemon {
        var handle: OpaquePointer
        var certificate: StatusCertificate?
        let context: Unmanaged<Context>
    }

    /// The state of the library's callbacks.
    private final class Context: Sendable {
        let metrics: Metrics
        let health: Health
        let connections: StatusConnections
        let clock: any Clock

        init(_ metrics: Metrics, _ health: Health, _ connections: StatusConnections, _ clock: any Clock) {
            self.metrics = metrics
            self.health = health
            self.connections = connections
            self.clock = clock
        }

        func page(method: String, path: String) -> StatusPage {
            guard StatusServer.reads(method) else {
                return StatusPage(status: 405, body: "method not allowed: use GET or HEAD\n")
            }
            switch path {
            case "/metrics":
                return StatusPage(
                    status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.prometheusText)
            case "/healthz":
                return StatusPage(status: 200, body: "ok\n")
            case "/readyz":
                let problems = health.problems
                if problems.isEmpty { return StatusPage(status: 200, body: "ready\n") }
                return StatusPage(status: 503, body: problems.map { "not ready: \($0)\n" }.joined())
            default:
                return StatusPage(status: 404, body: "not found: use /metrics, /healthz or /readyz\n")
            }
        }
    }

    package convenience init(
        at address: Address, metrics: Metrics, health: Health, certificate: StatusCertificate? = nil
    ) throws(ListenError) {
        try self.init(
            at: address, metrics: metrics, health: health, limits: .forThisProcess(), certificate: certificate)
    }

    init(
        at address: Address, metrics: Metrics, health: Health, limits: StatusConnections.Limits,
        clock: any Clock = SystemClock(), certificate: StatusCertificate? = nil
    ) throws(ListenError) {
        let socket = try ListeningSocket(on: address, backlog: Self.backlog)
        connections = StatusConnections(limits)
        let context = Unmanaged.passRetained(Context(metrics, health, connections, clock))
        guard let handle = Self.start(socket, context, limits, certificate) else {
            context.release()
            close(socket.descriptor)
            throw ListenError(address, "the HTTP server did not start: \(SystemLimits.advice)")
        }
        self.address = socket.address
        self.socket = socket
        daemon = Lock(Daemon(handle: handle, certificate: certificate, context: context))
        let isStarted = Thread.start { [connections, isStopping] in
            while !isStopping.wait(timeoutMilliseconds: Self.lateCheckMilliseconds) {
                connections.endLate(at: clock.uptime)
            }
        }
        guard isStarted else {
            stop()
            throw ListenError(address, "the system cannot start a thread: \(SystemLimits.advice)")
        }
    }

    private static func start(
        _ socket: ListeningSocket, _ context: Unmanaged<Context>, _ limits: StatusConnections.Limits,
        _ certificate: StatusCertificate?
    ) -> OpaquePointer? {
        var settings = onsale_http()
        // A copy, because the library closes the descriptor when it stops, and when it cannot start.
        settings.listen_socket = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
        settings.answer = answer
        settings.connection_changed = notify
        settings.context = context.toOpaque()
        settings.connection_limit = UInt32(limits.total)
        settings.connection_memory_limit = connectionMemoryByteCount
        return onsale_start_http(&settings, certificate?.chain, certificate?.key, tlsVersions)
    }

    /// Uses another certificate for new connections. Ends the requests in progress. Keeps the old one if the library
    /// refuses the new one.
    package func use(_ certificate: StatusCertificate) {
        daemon.withLock { daemon in
            guard var changed = daemon, changed.certificate != certificate else { return }
            guard let handle = Self.start(socket, changed.context, connections.limits, certificate) else { return }
            // A daemon that still has its socket would shut it down for the other one, too.
            close(MHD_quiesce_daemon(changed.handle))
            MHD_stop_daemon(changed.handle)
            changed.handle = handle
            changed.certificate = certificate
            daemon = changed
        }
    }

    deinit { stop() }

    /// Closes the port and every connection. Further calls have no effect.
    package func stop() {
        let daemon = daemon.withLock { current in
            defer { current = nil }
            return current
        }
        guard let daemon else { return }
        isStopping.signal()
        MHD_stop_daemon(daemon.handle)
        close(socket.descriptor)
        daemon.context.release()
    }

    private static let answer: MHD_AccessHandlerCallback = { context, connection, path, method, _, _, _, request in
        guard let context, let path, let method, let request else { return .NO }
        let isFirstCall = request.pointee == nil
        request.pointee = context
        // An answer to the first call of a request, before its body, closes the connection. That suits requests with a
        // body, because no page reads one.
        if isFirstCall && reads(String(cString: method)) { return .YES }
        let pages = Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        return send(pages.page(method: String(cString: method), path: String(cString: path)), to: connection)
    }

    private static func reads(_ method: String) -> Bool { method == "GET" || method == "HEAD" }

    private static let notify: MHD_NotifyConnectionCallback = { context, connection, _, event in
        guard let context = context.map({ Unmanaged<Context>.fromOpaque($0).takeUnretainedValue() }), let connection
        else { return }
        let descriptor = onsale_http_socket(connection)
        if event == .CONNECTION_NOTIFY_STARTED {
            let client = onsale_http_client(connection).map { SocketAddress(copying: $0).host }
            context.connections.opened(descriptor, from: client ?? "", at: context.clock.uptime)
        } else {
            context.connections.closed(descriptor)
        }
    }

    private static func send(_ page: StatusPage, to connection: OpaquePointer?) -> MHD_Result {
        var body = Array(page.body.utf8)
        guard let response = MHD_create_response_from_buffer(body.count, &body, .RESPMEM_MUST_COPY) else {
            return .NO
        }
        defer { MHD_destroy_response(response) }
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page.contentType)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store")
        // Serve one request per connection, so that the time limit of the connection is that of its request.
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close")
        return MHD_queue_response(connection, page.status, response)
    }
}

/// The certificate of a status port and its key, as PEM texts.
package struct StatusCertificate: Equatable, Sendable {
    package let chain: String
    package let key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}

/// An answer of the status port.
private struct StatusPage {
    let status: UInt32
    var contentType = "text/plain; charset=utf-8"
    let body: String
}
