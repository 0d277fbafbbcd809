import Kernel
import RPC
import Threads

/// A network that shows and changes the bytes which a client sends.
final class WireTap: Network, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    private let inner: any Network
    /// The bytes of each `send`, in order. `received` has the bytes in the other direction.
    private(set) var sent: [[UInt8]] = []
    private(set) var received: [UInt8] = []
    private(set) var connectCount = 0
    /// Called with all bytes that the client sends, before they are sent.
    var change: (_ bytes: inout [UInt8]) -> Void = { _ in }
    /// The first connection breaks after this number of bytes.
    var firstConnectionEnds = Int.max

    init(_ inner: any Network) {
        self.inner = inner
    }

    func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        inner.connect(to: address, on: loop, within: timeout) { [self] result in
            connectCount += 1
            completion(result.map { Tapped($0, by: self, room: connectCount == 1 ? firstConnectionEnds : .max) })
        }
    }

    func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        try inner.listen(on: address, loops: loops, accept: accept)
    }

    private final class Tapped: Transport, TransportReceiver {
        private let inner: any Transport
        private let tap: WireTap
        private var room: Int
        var receiver: (any TransportReceiver)?

        init(_ inner: any Transport, by tap: WireTap, room: Int) {
            self.inner = inner
            self.tap = tap
            self.room = room
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

        func send(_ bytes: UnsafeRawBufferPointer) {
            var changed = Array(bytes)
            tap.change(&changed)
            tap.sent.append(changed)
            Array(changed.prefix(max(0, room))).withUnsafeBytes(inner.send)
            room -= changed.count
            if room < 0 { inner.close() }
        }

        func close() { inner.close() }
        func abort() { inner.abort() }

        func didReceive(_ bytes: UnsafeRawBufferPointer) {
            tap.received += bytes
            receiver?.didReceive(bytes)
        }

        func didSend() { receiver?.didSend() }

        func didClose(_ problem: String?) {
            receiver?.didClose(problem)
            receiver = nil
        }
    }
}
