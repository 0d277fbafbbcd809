import Kernel
import Threads

/// The real network.
package struct TCP: Network {
    private let loops: Loops

    package init(on loops: Loops) {
        self.loops = loops
    }

    @discardableResult
    package func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        guard let thread = loops.thread(of: loop) else { preconditionFailure("TCP needs a loop that a thread drives") }
        let attempt = TCPConnect(to: address, on: thread, completion: completion)
        attempt.begin(within: timeout)
        return attempt.giveUp
    }

    package func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        let threads = loops.compactMap { self.loops.thread(of: $0) }
        return try TCPListener(on: address, threads: threads, accept: accept)
    }
}
