import Kernel
import Threads

/// The rules of a server for TLS and proxies.
package struct TLSServerRules: Sendable {
    package enum Mode: String, CaseIterable, Sendable {
        /// Refuses connections without TLS.
        case required
        /// Accepts connections with and without TLS.
        case optional
        case off
    }

    package var mode: Mode
    /// The addresses of proxies, whose PROXY headers are believed.
    package var proxies: [IPRange]
    /// The URIs of the certificates of programs that call this one.
    package var programs: Set<String>
    /// The URI of the certificates of web edges.
    package var edge: String?

    package init(_ mode: Mode, proxies: [IPRange] = [], programs: Set<String> = [], edge: String? = nil) {
        self.mode = mode
        self.proxies = proxies
        self.programs = programs
        self.edge = edge
    }

    /// Sets what the peer may do by its certificate and its address.
    func setRights(of origin: inout Origin) {
        origin.mayNamePeers = edge.map(origin.uris.contains) ?? false
        origin.mayActAsProgram = mayActAsProgram(origin)
    }

    /// True for a certificate of a program. Without one, true for a direct connection from this machine, or if the rules
    /// allow connections without TLS, because old programs have none (README.md). Behind a proxy, any connection may come
    /// from elsewhere. A web edge is no program.
    private func mayActAsProgram(_ origin: Origin) -> Bool {
        if origin.mayNamePeers { return false }
        if !programs.isDisjoint(with: origin.uris) { return true }
        guard proxies.isEmpty, !origin.isForwarded else { return false }
        return mode != .required || Address(origin.peer)?.isLoopback ?? false
    }
}

/// An event for metrics and the log.
package enum TLSEvent: Sendable {
    case established
    /// The connection was refused before its first call.
    case refused(peer: String, String)
    /// A connection was closed because too many had not finished their handshakes.
    case crowded
}

/// Encrypts the connections of another network.
///
/// A client encrypts every connection if there is a context for clients. A server does as its rules say.
package final class TLSNetwork: Network {
    struct Contexts: Sendable {
        var server: TLSContext?
        var client: TLSContext?
    }

    private let inner: any Network
    let rules: TLSServerRules
    let report: @Sendable (TLSEvent) -> Void
    private let current: Lock<Contexts>
    /// The state for connections that this program opens, by loop.
    private let tlsLoops = Lock<[ObjectIdentifier: TLSLoop]>([:])

    package init(
        over inner: any Network, _ rules: TLSServerRules = TLSServerRules(.off), server: TLSContext? = nil,
        client: TLSContext? = nil, report: @escaping @Sendable (TLSEvent) -> Void = { _ in }
    ) {
        self.inner = inner
        self.rules = rules
        self.report = report
        current = Lock(Contexts(server: server, client: client))
    }

    var contexts: Contexts { current.withLock { $0 } }

    /// Uses other certificates for new connections. Open ones keep theirs.
    package func use(server: TLSContext?, client: TLSContext?) {
        current.withLock { $0 = Contexts(server: server, client: client) }
    }

    @discardableResult
    package func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        guard let context = contexts.client else {
            return inner.connect(to: address, on: loop, within: timeout, completion: completion)
        }
        let attempt = TLSConnect(to: address, on: tlsLoop(of: loop), context, completion: completion)
        attempt.begin(over: inner, within: timeout)
        return attempt.giveUp
    }

    private func tlsLoop(of loop: EventLoop) -> TLSLoop {
        tlsLoops.withLock { tlsLoops in
            let tlsLoop = tlsLoops[ObjectIdentifier(loop)] ?? TLSLoop(on: loop)
            tlsLoops[ObjectIdentifier(loop)] = tlsLoop
            return tlsLoop
        }
    }

    package func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        if rules.mode == .off, rules.proxies.isEmpty {
            return try inner.listen(on: address, loops: loops, accept: accept)
        }
        let groups = loops.map { ArrivalGroup(on: $0, of: self) }
        let listener = try inner.listen(on: address, loops: loops) { transport, loop in
            guard let group = groups.first(where: { $0.tlsLoop.loop === loop }) else { return transport.abort() }
            Arrival(transport, in: group, accept: accept).begin()
        }
        return TLSListener(inner: listener, groups: groups)
    }
}

/// A port of a server with TLS.
private struct TLSListener: Listener {
    let inner: any Listener
    let groups: [ArrivalGroup]

    var address: Address { inner.address }

    /// Also closes the connections whose handshake has not ended.
    func close() async {
        await inner.close()
        for group in groups { await group.close() }
    }
}

/// One attempt to connect and to make the handshake, within one time-out.
private final class TLSConnect: TransportReceiver, TimerTarget {
    private let address: Address
    private let tlsLoop: TLSLoop
    private let context: TLSContext
    private var completion: ((Result<any Transport, ConnectError>) -> Void)?
    private var cancel: GiveUp?
    private var transport: (any Transport)?
    private var handshake: TLSHandshake?
    private var timer: TimerWheel.Handle?

    init(
        to address: Address, on tlsLoop: TLSLoop, _ context: TLSContext,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) {
        self.address = address
        self.tlsLoop = tlsLoop
        self.context = context
        self.completion = completion
    }

    func begin(over network: any Network, within timeout: Duration) {
        timer = tlsLoop.loop.startTimer(self, at: tlsLoop.loop.uptime + timeout)
        cancel = network.connect(to: address, on: tlsLoop.loop, within: timeout) { [self] result in
            cancel = nil
            switch result {
            case .success(let transport): shakeHands(over: transport)
            case .failure(let error): finish(.failure(error))
            }
        }
    }

    private func shakeHands(over transport: any Transport) {
        guard completion != nil else { return transport.abort() }
        self.transport = transport
        transport.receiver = self
        let handshake = TLSHandshake(over: transport, on: tlsLoop, context, host: address.host) { [self] result in
            switch result {
            case .success(let encrypted): finish(.success(encrypted))
            case .failure(let error): finish(.failure(ConnectError(address, error.description)))
            }
        }
        self.handshake = handshake
        handshake.begin()
    }

    func timerFired() {
        timer = nil
        finish(.failure(ConnectError(address, "no answer to the TLS handshake in time")))
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) { handshake?.receive(bytes) }

    func didSend() {}

    func didClose(_ problem: String?) {
        transport = nil
        finish(.failure(ConnectError(address, problem ?? "it closed the connection during the TLS handshake")))
    }

    func giveUp() {
        completion = nil
        end()
    }

    private func finish(_ result: Result<any Transport, ConnectError>) {
        guard let completion else { return }
        self.completion = nil
        if case .success = result { transport = nil }
        end()
        completion(result)
    }

    private func end() {
        if let timer { tlsLoop.loop.cancelTimer(timer) }
        timer = nil
        cancel?()
        cancel = nil
        handshake?.cancel()
        handshake = nil
        transport?.abort()
        transport = nil
    }
}
