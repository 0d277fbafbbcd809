import Kernel

/// The handshake of one connection, step by step. A step is a long computation, so it runs when its loop has nothing
/// else to do in this turn. The connection is not read while a step waits.
final class TLSHandshake {
    private let inner: any Transport
    private let tlsLoop: TLSLoop
    private let context: TLSContext
    private let host: String?
    private static let recordHeaderBytes = 5
    /// Longer records are malformed, so the library can refuse them at once.
    private static let longestRecordBytes = 17 * 1024

    /// Nil before the first step, because a session takes memory.
    private var session: TLSSession?
    private var pending = ByteBuffer()
    private var isFirstInput = true
    private var completion: ((Result<TLSTransport, TLSError>) -> Void)?

    /// `completion` gets the transport, and sets its receiver. `host` is nil on a server. The caller passes on what `inner`
    /// receives until then.
    init(
        over inner: any Transport, on tlsLoop: TLSLoop, _ context: TLSContext, host: String?,
        completion: @escaping (Result<TLSTransport, TLSError>) -> Void
    ) {
        self.inner = inner
        self.tlsLoop = tlsLoop
        self.context = context
        self.host = host
        self.completion = completion
    }

    /// A client begins, so its first step needs no input.
    func begin() {
        stepLater()
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard completion != nil else { return }
        if isFirstInput, host != nil, bytes.first == 0 {
            return fail("it answers without encryption: it is an older version, or runs with --tls off")
        }
        isFirstInput = false
        guard tlsLoop.keep(bytes.count) else { return fail("too much input waits for handshakes") }
        pending.append(bytes)
        guard session != nil || isRecordWhole else { return }
        inner.isReading = false
        stepLater()
    }

    /// True if the first record has arrived. A part of it costs neither a step nor a session, which takes 70 times its memory.
    private var isRecordWhole: Bool {
        let bytes = pending.bytes
        guard bytes.count >= Self.recordHeaderBytes else { return false }
        let length = Int(bytes[3]) << 8 | Int(bytes[4])
        return length > Self.longestRecordBytes || bytes.count >= Self.recordHeaderBytes + length
    }

    private func stepLater() {
        tlsLoop.loop.runLast { [self] in step() }
    }

    private func step() {
        guard completion != nil else { return }
        let session = session ?? TLSSession(context, tlsLoop.buffers, host: host)
        self.session = session
        var input = ByteBuffer()
        swap(&input, &pending)
        tlsLoop.release(input.count)
        let (progress, rest) = session.handshake(input.bytes)
        tlsLoop.buffers.sendOutput(to: inner)
        switch progress {
        case .needsMore: inner.isReading = true
        case .failed(let problem): fail(problem)
        case .established:
            let transport = TLSTransport(over: inner, session, on: tlsLoop)
            finish(.success(transport))
            if rest.count > 0 { transport.didReceive(rest) }
        }
        input.release()
    }

    private func fail(_ problem: String) {
        finish(.failure(TLSError(problem)))
    }

    /// Ends the attempt. The completion is not called.
    func cancel() {
        completion = nil
        tlsLoop.release(pending.count)
        pending.release()
    }

    private func finish(_ result: Result<TLSTransport, TLSError>) {
        let completion = completion
        cancel()
        completion?(result)
    }
}

/// The shared state of the TLS connections on one event loop.
final class TLSLoop: @unchecked Sendable {
    // Sound because `loop` never changes, and only the loop accesses the rest.

    /// Maximum of received bytes that wait for steps of handshakes.
    private static let maxKeptBytes = 8 * 1024 * 1024

    let loop: EventLoop
    let buffers = TLSBuffers()
    private var keptBytes = 0

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Counts bytes that wait. Returns false if there are too many.
    func keep(_ count: Int) -> Bool {
        guard keptBytes + count <= Self.maxKeptBytes else { return false }
        keptBytes += count
        return true
    }

    func release(_ count: Int) {
        keptBytes -= count
    }
}
