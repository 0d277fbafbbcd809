import CMicroHTTP
import Glibc
import Kernel
import RPC
import Telemetry
import Threads

/// One thread of the library, which reads requests and writes answers. The handlers run on an event loop.
final class HTTPDaemon: Sendable {
    private static let tlsVersions = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

    /// The number of this daemon in the table of connections.
    let group: Int
    // Sound: the library's functions for a daemon may be called on any thread.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let context: Unmanaged<Context>

    /// The state of the library's callbacks.
    fileprivate final class Context: Sendable {
        let group: Int
        let service: HTTPService
        let loop: EventLoop
        let isSecure: Bool

        init(_ group: Int, _ service: HTTPService, _ loop: EventLoop, isSecure: Bool) {
            self.group = group
            self.service = service
            self.loop = loop
            self.isSecure = isSecure
        }

        static func of(_ pointer: UnsafeMutableRawPointer?) -> Context {
            Unmanaged<Context>.fromOpaque(pointer!).takeUnretainedValue()
        }
    }

    /// Nil if the library refuses the certificate, or if the system has no thread or file left.
    init?(_ group: Int, for service: HTTPService, on loop: EventLoop, _ certificate: StatusCertificate?) {
        let isSecure = certificate != nil || service.isSecure
        context = Unmanaged.passRetained(Context(group, service, loop, isSecure: isSecure))
        self.group = group
        var settings = onsale_http()
        settings.listen_socket = -1
        settings.answer = Self.answer
        settings.connection_changed = Self.connectionChanged
        settings.request_began = Self.requestBegan
        settings.request_ended = Self.requestEnded
        settings.context = context.toOpaque()
        // `HTTPConnections` applies the limit. A connection that ends still counts here.
        settings.connection_limit = UInt32(2 * service.limits.connections)
        settings.connection_memory_limit = service.limits.headerBytes
        guard let handle = onsale_start_http(&settings, certificate?.chain, certificate?.key, Self.tlsVersions) else {
            context.release()
            return nil
        }
        self.handle = handle
    }

    /// Takes a connection, and closes it if that fails.
    func add(_ descriptor: Int32, from client: SocketAddress) -> Bool {
        client.withPointer { MHD_add_connection(handle, descriptor, $0, $1) == .YES }
    }

    /// Ends the thread. No request may be in the hands of a handler. Called once.
    func stop() {
        MHD_stop_daemon(handle)
        context.release()
    }

    private static let connectionChanged: MHD_NotifyConnectionCallback = { context, connection, _, event in
        let context = Context.of(context)
        let descriptor = onsale_http_socket(connection)
        if event == .CONNECTION_NOTIFY_STARTED {
            context.service.connections.opened(descriptor, from: client(of: connection), in: context.group)
        } else {
            context.service.connections.closed(descriptor)
        }
    }

    private static func client(of connection: OpaquePointer?) -> Address {
        onsale_http_client(connection).map { SocketAddress(copying: $0).address } ?? .loopback(0)
    }

    private static let requestBegan:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            context, target, connection in
            let service = Context.of(context).service
            let exchange = HTTPExchange(
                connection!, target: String(cString: target!), startedAt: service.clock.uptime)
            service.connections.enter(.receiving, exchange.socket)
            return Unmanaged.passRetained(exchange).toOpaque()
        }

    private static let requestEnded: MHD_RequestCompletedCallback = { context, connection, state, _ in
        guard let state = state?.pointee else { return }
        Unmanaged<HTTPExchange>.fromOpaque(state).release()
        Context.of(context).service.connections.enter(.idle, onsale_http_socket(connection))
    }

    private static let answer: MHD_AccessHandlerCallback = {
        context, connection, _, method, version, data, size, state in
        guard let state = state?.pointee, let method, let version, let size else { return .NO }
        let context = Context.of(context)
        let exchange = Unmanaged<HTTPExchange>.fromOpaque(state).takeUnretainedValue()
        let limit = context.service.limits.bodyBytes
        switch exchange.step {
        case .headers:
            exchange.step = .body
            let refusal = exchange.begin(
                method: String(cString: method), version: String(cString: version), limit: limit)
            return refusal.map { context.send($0, exchange) } ?? .YES
        case .body where size.pointee > 0:
            let isWanted = exchange.append(UnsafeRawBufferPointer(start: data, count: size.pointee), limit: limit)
            size.pointee = 0
            return isWanted ? .YES : .NO
        case .body:
            switch exchange.request(from: client(of: connection), isSecure: context.isSecure, limit: limit) {
            case .refused(let response): return context.send(response, exchange)
            case .request(let request):
                exchange.step = .handled
                MHD_suspend_connection(connection)
                context.handle(request, exchange)
                return .YES
            }
        case .handled: return .YES
        case .answered(let response): return context.send(response, exchange)
        }
    }
}

extension HTTPDaemon.Context {
    /// Starts the task of a request, whose connection is suspended.
    fileprivate func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        let (service, loop) = (service, loop)
        let descriptor = exchange.socket
        loop.execute {
            service.inFlight.add(1)
            service.connections.enter(.handling(nil), descriptor)
            let task = Task.immediate(executorPreference: loop) {
                let response = await service.handler(request)
                service.inFlight.add(-1)
                exchange.step = .answered(response)
                MHD_resume_connection(exchange.connection)
            }
            service.connections.attach(task, to: descriptor)
        }
    }

    fileprivate func send(_ response: HTTPResponse, _ exchange: HTTPExchange) -> MHD_Result {
        service.connections.enter(.sending, exchange.socket)
        service.note(response, to: exchange)
        return exchange.send(response, isLast: service.connections.isRetired(group))
    }
}

extension SocketAddress {
    var address: Address {
        Address(host: IPAddress(host).map { "\($0)" } ?? host, port: port)
    }
}
