import Kernel
import RPC
import Threads

/// A wrapper of any network. It changes every sent byte, and changes every received byte back.
struct Scrambled: Network {
    private let inner: any Network

    init(_ inner: any Network) {
        self.inner = inner
    }

    func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        inner.connect(to: address, on: loop, within: timeout) { completion($0.map(ScrambledTransport.init)) }
    }

    func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        try inner.listen(on: address, loops: loops) { transport, loop in accept(ScrambledTransport(transport), loop) }
    }
}

private final class ScrambledTransport: Transport, TransportReceiver {
    private let inner: any Transport
    var receiver: (any TransportReceiver)?

    init(_ inner: any Transport) {
        self.inner = inner
        inner.receiver = self
    }

    var origin: Origin {
        get { inner.origin }
        set { inner.origin = newValue }
    }
    var unsentCount: Int { inner.unsentCount }
    var isReading: Bool {
        get { inner.isReading }
        set { inner.isReading = newValue }
    }

    func send(_ bytes: UnsafeRawBufferPointer) { bytes.map { $0 ^ 0x5a }.withUnsafeBytes(inner.send) }
    func close() { inner.close() }
    func abort() { inner.abort() }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        bytes.map { $0 ^ 0x5a }.withUnsafeBytes { receiver?.didReceive($0) }
    }

    func didSend() { receiver?.didSend() }

    func didClose(_ problem: String?) {
        receiver?.didClose(problem)
        receiver = nil
    }
}
