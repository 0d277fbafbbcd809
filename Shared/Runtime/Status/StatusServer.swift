import CMicroHTTP
import Glibc
import Kernel
import Threads

/// Answers operators and their tools over HTTP: `/metrics`, `/healthz` (the program runs) and `/readyz` (it should be sent
/// work; if not, the reasons). Reads only, and on a thread of its own.
package final class StatusServer: Sendable {
    package static let maximumConnectionCount: UInt32 = 16
    package static let idleSeconds: UInt32 = 5
    static let connectionMemoryByteCount = 16 * 1024

    /// Where it listens; the port is the real one, also where any was asked for.
    package let address: Address
    private let daemon: Lock<Daemon?>

    private struct Daemon {
        let handle: OpaquePointer
        let pages: Unmanaged<StatusPages>
    }

    package init(at address: Address, metrics: Metrics, health: Health) throws(PortError) {
        let socket = try ListenSocket.open(address)
        let pages = Unmanaged.passRetained(StatusPages(metrics: metrics, health: health))
        let handle = onsale_start_http(
            socket.descriptor,
            { context, connection, path, method, _, _, _, request in
                guard let context, let path, let method, let request else { return .NO }
                let pages = Unmanaged<StatusPages>.fromOpaque(context).takeUnretainedValue()
                let isFirstCall = request.pointee == nil
                request.pointee = context
                // An answer to the first call of a request, before its body, closes the connection: right for those
                // that bring one, since nothing here reads it.
                if isFirstCall && StatusPages.reads(String(cString: method)) { return .YES }
                let page = pages.page(method: String(cString: method), path: String(cString: path))
                return StatusServer.send(page, to: connection)
            }, pages.toOpaque(), Self.maximumConnectionCount, Self.idleSeconds, Self.connectionMemoryByteCount)
        guard let handle else {
            pages.release()
            close(socket.descriptor)
            throw PortError(address: address, reason: "the HTTP server did not start")
        }
        self.address = socket.address
        daemon = Lock(Daemon(handle: handle, pages: pages))
    }

    deinit { stop() }

    /// Closes the port and every connection. Again is fine.
    package func stop() {
        let daemon = daemon.withLock { current in
            defer { current = nil }
            return current
        }
        guard let daemon else { return }
        MHD_stop_daemon(daemon.handle)
        daemon.pages.release()
    }

    private static func send(_ page: StatusPage, to connection: OpaquePointer?) -> MHD_Result {
        var body = Array(page.body.utf8)
        guard let response = MHD_create_response_from_buffer(body.count, &body, .RESPMEM_MUST_COPY) else {
            return .NO
        }
        defer { MHD_destroy_response(response) }
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page.contentType)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store")
        return MHD_queue_response(connection, page.status, response)
    }
}
