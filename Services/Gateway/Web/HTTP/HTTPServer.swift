import Glibc
import Kernel
import RPC
import Telemetry
import Threads

/// Serves requests over HTTP, or HTTPS with a certificate.
///
/// A thread accepts the connections. Daemons of the library, one for each event loop, read requests and write answers. The
/// handlers run on the event loops. Another certificate starts new daemons; the old ones end after their last answers.
final class HTTPServer: Sendable {
    private static let lateCheckMilliseconds = 100
    private static let drainPause = Duration.milliseconds(20)

    private struct State {
        var daemons: [HTTPDaemon] = []
        /// Daemons with another certificate, until their connections have ended.
        var retired: [HTTPDaemon] = []
        var certificate: StatusCertificate?
        var nextGroup = 0
        var accepted = 0
        var listener: HTTPListener?
    }

    let service: HTTPService
    private let loops: Loops
    private let state: Lock<State>
    private let isStopping = CountingSemaphore()
    private let hasStopped = CountingSemaphore()

    /// Throws if the library refuses the certificate.
    init(_ service: HTTPService, on loops: Loops, certificate: StatusCertificate? = nil) throws(HTTPServerError) {
        self.service = service
        self.loops = loops
        state = Lock(State())
        try use(certificate)
    }

    /// Opens the port, and returns its address.
    func listen(on address: Address, proxies: [IPRange] = []) throws -> Address {
        let listener = try HTTPListener(
            on: address, proxies: proxies, clock: service.clock,
            accept: { [weak self] descriptor, client in self?.take(descriptor, from: client) },
            refuse: { [service] in service.countRefusal($0) })
        let areStarted =
            listener.start()
            && Thread.start { [self] in
                while !isStopping.wait(timeoutMilliseconds: Self.lateCheckMilliseconds) {
                    service.connections.endLate()
                    stopRetired()
                }
                hasStopped.signal()
            }
        guard areStarted else { throw HTTPServerError("the system cannot start a thread: \(SystemLimits.advice)") }
        state.withLock { $0.listener = listener }
        return listener.address
    }

    /// Uses another certificate for new connections. Keeps the old one if the library refuses the new one.
    func use(_ certificate: StatusCertificate?) throws(HTTPServerError) {
        let failure = state.withLock { state -> HTTPServerError? in
            guard state.daemons.isEmpty || certificate != state.certificate else { return nil }
            var daemons: [HTTPDaemon] = []
            for loop in loops.all {
                guard let daemon = HTTPDaemon(state.nextGroup, for: service, on: loop, certificate) else {
                    for daemon in daemons { daemon.stop() }
                    return HTTPServerError(
                        certificate == nil
                            ? "the HTTP server did not start: \(SystemLimits.advice)"
                            : "the certificate and its key cannot be used: pass a PEM chain and the key made with it")
                }
                state.nextGroup += 1
                daemons.append(daemon)
            }
            for daemon in state.daemons { service.connections.retire(daemon.group) }
            state.retired += state.daemons
            state.daemons = daemons
            state.certificate = certificate
            return nil
        }
        if let failure { throw failure }
    }

    private func take(_ descriptor: Int32, from client: SocketAddress) {
        let address = client.address
        // The lock keeps the daemon from being stopped meanwhile.
        state.withLock { state in
            guard !state.daemons.isEmpty else { return _ = close(descriptor) }
            let daemon = state.daemons[state.accepted % state.daemons.count]
            state.accepted += 1
            let admission = service.connections.admit(from: address, to: daemon.group)
            if admission != .admitted {
                close(descriptor)
                service.countRefusal(admission.rawValue)
            } else if !daemon.add(descriptor, from: client) {
                service.connections.refused(address, by: daemon.group)
                service.countRefusal("no_resources")
            }
        }
    }

    private func stopRetired() {
        let ended = state.withLock { state in
            let ended = state.retired.filter { service.connections.count(of: $0.group) == 0 }
            state.retired.removeAll { daemon in ended.contains { $0 === daemon } }
            return ended
        }
        for daemon in ended { daemon.stop() }
    }

    /// Closes the port, and returns after the last answer. Requests that are not answered within `grace` are cancelled.
    /// Further calls have no effect.
    func shutdown(grace: Duration) async {
        guard let listener = state.withLock({ $0.listener.take() }) else { return }
        listener.stop()
        state.withLock { state in
            for daemon in state.daemons { service.connections.retire(daemon.group) }
            state.retired += state.daemons
            state.daemons = []
        }
        let end = service.clock.uptime + grace
        while state.withLock({ !$0.retired.isEmpty }) {
            stopRetired()
            if service.clock.uptime >= end { endAll() }
            // A cancelled pause must not end the wait: the library cannot stop while it has a suspended connection.
            try? await service.clock.sleep(for: Self.drainPause)
        }
        isStopping.signal()
        hasStopped.wait()
    }

    private func endAll() {
        for daemon in state.withLock({ $0.retired }) { service.connections.endAll(of: daemon.group) }
    }
}

/// The reason why the server cannot start, or cannot use a certificate.
struct HTTPServerError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
