import Kernel
import Messages

/// A connection to a server before its first call: reads the header of a proxy, and sees by the next byte whether the
/// client uses TLS.
///
///     first byte ──0x0D──▶ PROXY header ──▶ next byte ──0x16──▶ handshake ──▶ accepted
///         └─────────────────────────────────────▲ └──────other──▶ plain ────────▲
final class Arrival: TransportReceiver, TimerTarget {
    /// Every handshake begins with this byte, and every frame with zero.
    private static let firstByteOfTLS: UInt8 = 0x16
    /// The time from accepting a connection to the end of its handshake.
    private static let longest = Duration.seconds(5)

    private let transport: any Transport
    private let group: ArrivalGroup
    private let accept: @Sendable (any Transport, EventLoop) -> Void
    private var timer: TimerWheel.Handle?
    private var head = ByteBuffer()
    private var handshake: TLSHandshake?
    private var hasHeader = false
    private var isOver = false
    /// The network of the client, as far as it is known.
    private(set) var network: String

    init(
        _ transport: any Transport, in group: ArrivalGroup,
        accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) {
        self.transport = transport
        self.group = group
        self.accept = accept
        network = transport.origin.network
    }

    /// False while received bytes wait for a step of the handshake.
    var waitsForPeer: Bool { transport.isReading }

    private var loop: EventLoop { group.tlsLoop.loop }
    private var rules: TLSServerRules { group.rules }

    func begin() {
        transport.receiver = self
        timer = loop.startTimer(self, at: loop.uptime + Self.longest)
        transport.isReading = true
        group.enter(self)
    }

    func timerFired() {
        timer = nil
        refuse("no TLS handshake within \(Self.longest)")
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        if let handshake { return handshake.receive(bytes) }
        guard head.count > 0 || (bytes.first == ProxyHeader.firstByte && !hasHeader) else { return decide(bytes) }
        guard comesFromProxy else {
            return refuse("a PROXY header from an address that --proxy-from does not contain")
        }
        head.append(bytes)
        switch ProxyHeader.read(head.bytes) {
        case .needsMore: break
        case .malformed(let problem): refuse(problem)
        case .header(let header):
            hasHeader = true
            if let client = header.client { forward(client) }
            var received = ByteBuffer()
            swap(&received, &head)
            defer { received.release() }
            // The network of the client may have too many arrivals.
            guard !isOver else { return }
            let rest = UnsafeRawBufferPointer(rebasing: received.bytes[header.byteCount...])
            if rest.count > 0 { decide(rest) }
        }
    }

    private func forward(_ client: Address) {
        transport.origin.forward(client)
        group.leave(self)
        network = transport.origin.network
        group.enter(self)
    }

    private var comesFromProxy: Bool {
        guard let address = Address(transport.origin.peer).flatMap({ IPAddress($0.host) }) else { return false }
        return rules.proxies.contains { $0.contains(address) }
    }

    private func decide(_ bytes: UnsafeRawBufferPointer) {
        if bytes.first == Self.firstByteOfTLS, let context = group.context {
            let handshake = TLSHandshake(over: transport, on: group.tlsLoop, context, host: nil) { [self] result in
                switch result {
                case .success(let encrypted):
                    group.report(.established)
                    finish(encrypted)
                case .failure(let error): refuse(error.description)
                }
            }
            self.handshake = handshake
            return handshake.receive(bytes)
        }
        if rules.mode == .required { return refusePlain() }
        finish(transport)
        transport.receiver?.didReceive(bytes)
    }

    private func finish(_ transport: any Transport) {
        rules.setRights(of: &transport.origin)
        leave()
        accept(transport, loop)
    }

    /// Tells a client without TLS, in its language, what to do.
    private func refusePlain() {
        let failure = RPCFailure(CallReason.tlsRequired)
        defer { loop.arena.reset() }
        if let message = try? GoAway(status: failure.status).laidOut(in: loop.arena) {
            var frame = ByteBuffer()
            frame.appendFrame(atMost: 2 * WireWriter.maxFieldHeaderBytes + message.size) { writer in
                writer.number(Frame.Field.kind, UInt64(Kind.goaway.rawValue))
                writer.message(Frame.Field.payload, message)
            }
            transport.send(frame.bytes)
        }
        refuse("a connection without TLS")
    }

    private func refuse(_ problem: String) {
        guard !isOver else { return }
        isOver = true
        handshake?.cancel()
        group.report(.refused(peer: transport.origin.peer, problem))
        transport.close()
    }

    func didSend() {}

    func didClose(_ problem: String?) {
        if !isOver, handshake != nil || head.count > 0 {
            group.report(.refused(peer: transport.origin.peer, problem ?? "it closed before its handshake"))
        }
        handshake?.cancel()
        leave()
    }

    private func leave() {
        isOver = true
        if let timer { loop.cancelTimer(timer) }
        timer = nil
        group.leave(self)
    }

    func abort() {
        leave()
        handshake?.cancel()
        transport.abort()
    }
}

/// The arrivals at one listener on one event loop.
final class ArrivalGroup: @unchecked Sendable {
    // Sound because only the loop accesses `arrivals` and `count`, and the rest never changes.

    /// Maximum of arrivals at once.
    private static let maxArrivals = 512

    let tlsLoop: TLSLoop
    private let network: TLSNetwork
    /// The arrivals of each network, the oldest first.
    private var arrivals: [String: [Arrival]] = [:]
    private var count = 0

    init(on loop: EventLoop, of network: TLSNetwork) {
        tlsLoop = TLSLoop(on: loop)
        self.network = network
    }

    var rules: TLSServerRules { network.rules }
    var context: TLSContext? { network.contexts.server }

    func report(_ event: TLSEvent) { network.report(event) }

    /// Closes an arrival if there are too many: one of the network that has most of them, so that no network can keep
    /// out the others. The one that has waited for its peer for longest goes first.
    func enter(_ arrival: Arrival) {
        arrivals[arrival.network, default: []].append(arrival)
        count += 1
        guard count > Self.maxArrivals else { return }
        report(.crowded)
        firstToGo?.abort()
    }

    /// A property, because `abort` would copy an array that its caller still uses.
    private var firstToGo: Arrival? {
        let crowd = arrivals.values.max { $0.count < $1.count }
        return crowd?.first { $0.waitsForPeer } ?? crowd?.last
    }

    func leave(_ arrival: Arrival) {
        guard let index = arrivals[arrival.network]?.firstIndex(where: { $0 === arrival }) else { return }
        arrivals[arrival.network]?.remove(at: index)
        if arrivals[arrival.network]?.isEmpty == true { arrivals[arrival.network] = nil }
        count -= 1
    }

    /// Closes all arrivals at once.
    func close() async {
        await withCheckedContinuation { continuation in
            tlsLoop.loop.execute { [self] in
                for arrival in arrivals.values.joined() { arrival.abort() }
                continuation.resume()
            }
        }
    }
}
