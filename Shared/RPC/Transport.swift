import Kernel

/// Ordered bytes to and from one peer: a socket, a simulated wire, or a stage such as TLS around either.
///
/// Belongs to a loop; everything here happens on it.
package protocol Transport: AnyObject {
    /// Who is told. Kept until the transport has closed.
    var receiver: (any TransportReceiver)? { get set }
    /// Where the peer is, for logs.
    var peer: String { get }
    /// Takes all of `bytes`; what the network does not take at once is counted in `unsentCount`.
    func send(_ bytes: UnsafeRawBufferPointer)
    var unsentCount: Int { get }
    /// While false, the peer's bytes stay with the network, which in the end makes the peer wait.
    var isReading: Bool { get set }
    /// Sends what was taken, waits until the peer has had it, and ends. What still comes is not heard but for `didSend`;
    /// `didClose` is heard once, later.
    func close()
    /// Ends at once; what has not been sent is lost.
    func abort()
}

package protocol TransportReceiver: AnyObject {
    /// `bytes` are valid during the call only.
    func didReceive(_ bytes: UnsafeRawBufferPointer)
    /// Everything that was taken has been sent.
    func didSend()
    /// The last that is heard. `problem` is nil where either side ended it on purpose.
    func didClose(_ problem: String?)
}

/// What turns an address into connections: the machine's TCP, or a simulated network.
package protocol Network: Sendable {
    /// `completion` is called once, on `loop`; or not at all, where what is returned was called before, on `loop` too.
    @discardableResult
    func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp

    /// `accept` is called for each connection, on the loop that it belongs to.
    func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener
}

package protocol Listener: Sendable {
    /// With the port that was chosen where port 0 was asked for.
    var address: Address { get }
    /// Takes no further connections; returns when the port is free again.
    func close() async
}

/// Ends an attempt to connect.
package typealias GiveUp = () -> Void

package struct ConnectError: Error, Equatable, CustomStringConvertible {
    package let address: Address
    package let problem: String

    package init(_ address: Address, _ problem: String) {
        self.address = address
        self.problem = problem
    }

    package var description: String { "cannot connect to \(address): \(problem)" }
}

package struct ListenError: Error, Equatable, CustomStringConvertible {
    package let address: Address
    package let problem: String

    package init(_ address: Address, _ problem: String) {
        self.address = address
        self.problem = problem
    }

    package var description: String { "cannot listen on \(address): \(problem)" }
}
