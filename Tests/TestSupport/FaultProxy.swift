import Kernel
import RPC
import Threads

/// A TCP proxy in front of a server. The test decides if a frame is delivered, lost, doubled, delayed or cut. It works
/// between processes, because it needs only their sockets.
package final class FaultProxy: Sendable {
    /// Returns the interference with each frame. Called on any of the loops.
    package typealias Interfere = @Sendable (_ isRequestDirection: Bool, Envelope) -> Interference

    private let target: Address
    private let loops: Loops
    private let network: TCP
    private let interfere: Interfere
    private let pairs = Lock<[ProxiedPair]>([])
    private let listener = Lock<(any Listener)?>(nil)

    package init(to target: Address, on loops: Loops, interfere: @escaping Interfere = { _, _ in .deliver }) {
        self.target = target
        self.loops = loops
        self.interfere = interfere
        network = TCP(on: loops)
    }

    package func listen() throws -> Address {
        let listener = try network.listen(on: .loopback(0), loops: loops.all) { [self] transport, loop in
            let pair = ProxiedPair(transport, interfere, on: loop)
            pairs.withLock { $0.append(pair) }
            network.connect(to: target, on: loop, within: .seconds(1), completion: pair.connected)
        }
        self.listener.withLock { $0 = listener }
        return listener.address
    }

    /// Breaks every open connection.
    package func cutAll() {
        for pair in pairs.withLock({ $0 }) { pair.loop.execute { pair.cut() } }
    }

    /// Drops all further bytes of the open connections without an error.
    package func silenceAll() {
        for pair in pairs.withLock({ $0 }) { pair.loop.execute { pair.isSilent = true } }
    }

    package func close() async {
        await listener.withLock { $0 }?.close()
        for pair in pairs.withLock({ $0 }) {
            await withCheckedContinuation { done in pair.loop.execute { pair.cut(then: { done.resume() }) } }
        }
    }
}

/// The two sockets of one proxied connection.
private final class ProxiedPair: @unchecked Sendable {
    // Sound because `loop` never changes, and everything else is used only on it.

    let loop: EventLoop
    var isSilent = false
    private let client: ProxiedEnd
    private var server: ProxiedEnd?
    private let interfere: FaultProxy.Interfere
    private var early: [[UInt8]] = []
    private var openCount = 1
    private var isCut = false
    private var whenClosed: [() -> Void] = []

    init(_ transport: any Transport, _ interfere: @escaping FaultProxy.Interfere, on loop: EventLoop) {
        self.loop = loop
        self.interfere = interfere
        client = ProxiedEnd(transport)
        client.begin { [self] in
            passOn($0, isRequestDirection: true)
        } closed: { [self] in
            oneHasClosed()
        }
    }

    func connected(_ result: Result<any Transport, ConnectError>) {
        guard case .success(let transport) = result else { return cut() }
        openCount += 1
        let end = ProxiedEnd(transport)
        server = end
        end.begin { [self] in
            passOn($0, isRequestDirection: false)
        } closed: { [self] in
            oneHasClosed()
        }
        if isCut { return end.transport.abort() }
        for frame in early { end.send(frame) }
        early = []
    }

    private func passOn(_ frame: [UInt8], isRequestDirection: Bool) {
        guard !isSilent else { return }
        guard let envelope = Envelope(frame: frame) else { return deliver(frame, isRequestDirection) }
        switch interfere(isRequestDirection, envelope) {
        case .deliver: deliver(frame, isRequestDirection)
        case .drop: break
        case .double:
            deliver(frame, isRequestDirection)
            deliver(frame, isRequestDirection)
        case .delay(let delay):
            Task(executorPreference: loop) {
                _ = await self.loop.pause(for: delay)
                self.deliver(frame, isRequestDirection)
            }
        case .cut: cut()
        }
    }

    private func deliver(_ frame: [UInt8], _ isRequestDirection: Bool) {
        if !isRequestDirection { return client.send(frame) }
        if let server { server.send(frame) } else { early.append(frame) }
    }

    private func oneHasClosed() {
        openCount -= 1
        cut()
        guard openCount == 0 else { return }
        for closed in whenClosed { closed() }
        whenClosed = []
    }

    func cut(then closed: (() -> Void)? = nil) {
        if let closed {
            guard openCount > 0 else { return closed() }
            whenClosed.append(closed)
        }
        isCut = true
        client.transport.abort()
        server?.transport.abort()
    }
}

private final class ProxiedEnd: TransportReceiver {
    let transport: any Transport
    private var cutter = FrameCutter()
    private var frame: (([UInt8]) -> Void)?
    private var closed: (() -> Void)?

    init(_ transport: any Transport) {
        self.transport = transport
    }

    func begin(frame: @escaping ([UInt8]) -> Void, closed: @escaping () -> Void) {
        self.frame = frame
        self.closed = closed
        transport.receiver = self
        transport.isReading = true
    }

    func send(_ frame: [UInt8]) {
        frame.withUnsafeBytes(transport.send)
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        for frame in cutter.frames(in: bytes) { self.frame?(frame) }
    }

    func didSend() {}

    func didClose(_ problem: String?) {
        frame = nil
        closed?()
        closed = nil
    }
}
