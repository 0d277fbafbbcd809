import Kernel
import Threads

/// An ordered byte stream to and from one peer: a socket, a simulated wire, or a wrapper such as TLS.
///
/// Belongs to an event loop. All calls and callbacks happen on it.
package protocol Transport: AnyObject {
    /// The receiver of the callbacks. Retained until the transport has closed.
    var receiver: (any TransportReceiver)? { get set }
    /// The peer.
    var origin: Origin { get set }
    /// Accepts all of `bytes`. `unsentCount` counts what the network has not accepted yet.
    func send(_ bytes: UnsafeRawBufferPointer)
    var unsentCount: Int { get }
    /// While false, the network keeps the peer's bytes, which eventually makes the peer wait.
    var isReading: Bool { get set }
    /// Sends the accepted bytes, waits until the peer has received them, and closes. Only `didSend`, and finally
    /// `didClose`, are called afterwards.
    func close()
    /// Closes immediately and drops unsent bytes.
    func abort()
    /// Adapts the buffers to the use since the last call. `Connection` calls it about twice a second.
    func adaptBuffers()
}

extension Transport {
    package func adaptBuffers() {}
}

/// The callbacks of a transport.
package protocol TransportReceiver: AnyObject {
    /// `bytes` is valid during the call only.
    func didReceive(_ bytes: UnsafeRawBufferPointer)
    /// All accepted bytes were sent.
    func didSend()
    /// The last callback. `problem` is nil if either side closed on purpose.
    func didClose(_ problem: String?)
}

/// Connects to and listens on addresses: real TCP or a simulated network.
package protocol Network: Sendable {
    /// Calls `completion` once on `loop`, unless the returned closure was called before, also on `loop`.
    @discardableResult
    func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp

    /// Calls `accept` for each connection, on its loop.
    func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener
}

/// An open port.
package protocol Listener: Sendable {
    /// The address, with the chosen port if port 0 was requested.
    var address: Address { get }
    /// Stops accepting connections. Returns when the port is free.
    func close() async
}

/// Cancels an attempt to connect.
package typealias GiveUp = () -> Void

/// The reason why a program cannot connect to an address.
package struct ConnectError: Error, Equatable, CustomStringConvertible {
    package let address: Address
    package let problem: String

    package init(_ address: Address, _ problem: String) {
        self.address = address
        self.problem = problem
    }

    package var description: String { "cannot connect to \(address): \(problem)" }
}
