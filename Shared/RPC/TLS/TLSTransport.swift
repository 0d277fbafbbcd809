import Kernel

/// An encrypted byte stream over another transport.
///
/// Each side ends its data with a message of TLS. A connection that closes without it was cut, perhaps by an attacker,
/// so it counts as broken.
final class TLSTransport: Transport, TransportReceiver {
    /// More records at once are a long step: a record costs half a microsecond, and a peer can send records of one byte.
    private static let recordsAtOnce = 256

    var origin: Origin
    var receiver: (any TransportReceiver)?
    private let inner: any Transport
    private let session: TLSSession
    private let tlsLoop: TLSLoop
    private var buffers: TLSBuffers { tlsLoop.buffers }
    private var isClosing = false
    /// True after a long step, until the loop has nothing else to do.
    private var isResting = false
    private var problem: String?

    init(over inner: any Transport, _ session: TLSSession, on tlsLoop: TLSLoop) {
        self.inner = inner
        self.session = session
        self.tlsLoop = tlsLoop
        origin = inner.origin
        origin.uris = session.peerURIs
        inner.receiver = self
    }

    var unsentCount: Int { inner.unsentCount }

    var isReading = false {
        didSet { inner.isReading = isReading && !isResting }
    }

    private func rest() {
        isResting = true
        inner.isReading = false
        tlsLoop.loop.runLast { [self] in
            isResting = false
            if !isClosing { inner.isReading = isReading }
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosing, bytes.count > 0 else { return }
        if !session.write(bytes) { return fail("the data cannot be encrypted: \(TLSReason.ofLibrary())") }
        buffers.sendOutput(to: inner)
    }

    func close() {
        guard !isClosing else { return }
        isClosing = true
        session.end()
        buffers.sendOutput(to: inner)
        inner.close()
    }

    func abort() {
        isClosing = true
        inner.abort()
    }

    func adaptBuffers() { session.adaptBuffers() }

    private func fail(_ problem: String) {
        self.problem = self.problem ?? problem
        isClosing = true
        buffers.sendOutput(to: inner)
        inner.close()
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosing else { return }
        let (data, records, state) = session.read(bytes)
        if records > Self.recordsAtOnce, !isResting { rest() }
        // Before the receiver runs, because it may send on another connection, which shares the buffers.
        buffers.sendOutput(to: inner)
        if data.count > 0 { receiver?.didReceive(data) }
        guard !isClosing else { return }
        switch state {
        case .open: break
        case .ended: close()
        case .broken(let problem): fail(problem)
        }
    }

    func didSend() { receiver?.didSend() }

    func didClose(_ problem: String?) {
        let cut = isClosing ? nil : "the connection was cut: the peer did not end it"
        isClosing = true
        let receiver = receiver
        self.receiver = nil
        receiver?.didClose(self.problem ?? problem ?? cut)
    }
}
