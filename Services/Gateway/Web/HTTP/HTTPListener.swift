import Glibc
import Kernel
import RPC
import Threads

/// Accepts connections on a thread. A connection of a named proxy must begin with a PROXY header, which names the client.
final class HTTPListener: @unchecked Sendable {
    // Sound: only the thread uses `arrivals`.

    private static let backlog: Int32 = 1024
    /// Maximum of connections of proxies whose header has not arrived. The oldest one is closed for a new one.
    private static let maximumArrivals = 512
    private static let headerTime = Duration.seconds(5)
    /// The pause after the system has refused a connection, for example without a free file.
    private static let pauseMilliseconds: Int32 = 100
    private static let acceptsPerTurn = 64

    /// The first bytes of a connection of a proxy.
    private struct Arrival {
        let descriptor: Int32
        let deadline: Uptime
        var bytes: [UInt8] = []
    }

    let address: Address
    private let socket: ListeningSocket
    private let proxies: [IPRange]
    private let clock: any Clock
    private let accept: @Sendable (Int32, SocketAddress) -> Void
    private let refuse: @Sendable (String) -> Void
    /// The reading and the writing end of a pipe. A byte in it stops the thread.
    private let stopPipe: [Int32]
    private let hasEnded = CountingSemaphore()
    private var arrivals: [Arrival] = []

    /// `accept` takes a connection with the address of its client. `refuse` counts one that was closed.
    init(
        on address: Address, proxies: [IPRange], clock: any Clock,
        accept: @escaping @Sendable (Int32, SocketAddress) -> Void, refuse: @escaping @Sendable (String) -> Void
    ) throws(ListenError) {
        socket = try ListeningSocket(on: address, backlog: Self.backlog)
        self.address = socket.address
        self.proxies = proxies
        self.clock = clock
        self.accept = accept
        self.refuse = refuse
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            close(socket.descriptor)
            throw ListenError(address, SystemLimits.advice)
        }
        stopPipe = ends
    }

    /// False if the system cannot start a thread.
    func start() -> Bool {
        Thread.start { self.run() }
    }

    /// Closes the port. Called once, after `start` has succeeded.
    func stop() {
        // The end of the pipe would not suffice: a child process may have a copy of the writing end.
        var stop: UInt8 = 0
        write(stopPipe[1], &stop, 1)
        hasEnded.wait()
        stopPipe.forEach { close($0) }
    }

    private func run() {
        var accepts = true
        while true {
            var files = [stopPipe[0], accepts ? socket.descriptor : -1].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            files += arrivals.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&files, UInt(files.count), arrivals.isEmpty && accepts ? -1 : Self.pauseMilliseconds)
            if files[0].revents != 0 { break }
            readArrivals(files.dropFirst(2).map { $0.revents != 0 })
            accepts = files[1].revents == 0 || acceptAll()
        }
        close(socket.descriptor)
        for arrival in arrivals { close(arrival.descriptor) }
        hasEnded.signal()
    }

    /// False if the system has no file or memory left.
    private func acceptAll() -> Bool {
        for _ in 0..<Self.acceptsPerTurn {
            var descriptor: Int32 = -1
            let client = SocketAddress(filledBy: { [socket] address, length in
                descriptor = Glibc.accept(socket.descriptor, address, length)
                return descriptor
            })
            guard let client else { return ![EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            if isProxy(client) {
                if arrivals.count == Self.maximumArrivals { end(arrivals.removeFirst(), "crowded") }
                arrivals.append(Arrival(descriptor: descriptor, deadline: clock.uptime + Self.headerTime))
            } else {
                accept(descriptor, client)
            }
        }
        return true
    }

    private func isProxy(_ client: SocketAddress) -> Bool {
        guard !proxies.isEmpty, let address = IPAddress(client.host) else { return false }
        return proxies.contains { $0.contains(address) }
    }

    private func readArrivals(_ areReady: [Bool]) {
        let now = clock.uptime
        var kept: [Arrival] = []
        for (arrival, isReady) in zip(arrivals, areReady) {
            if isReady {
                if let waiting = read(arrival) { kept.append(waiting) }
            } else if now >= arrival.deadline {
                end(arrival, "no_proxy_header")
            } else {
                kept.append(arrival)
            }
        }
        arrivals = kept
    }

    /// Reads no byte behind the header. Returns nil when the connection is passed on or closed.
    private func read(_ arrival: Arrival) -> Arrival? {
        var arrival = arrival
        let wanted = ProxyHeader.byteCount(afterReading: arrival.bytes)
        var part = [UInt8](repeating: 0, count: wanted)
        let count = recv(arrival.descriptor, &part, wanted, 0)
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return arrival }
            end(arrival, "no_proxy_header")
            return nil
        }
        arrival.bytes += part.prefix(count)
        switch arrival.bytes.withUnsafeBytes(ProxyHeader.read) {
        case .needsMore: return arrival
        case .malformed: end(arrival, "bad_proxy_header")
        case .header(let header):
            // Without a client, the connection is of the proxy itself.
            let client = header.client.flatMap { try? SocketAddress.all(of: $0, AI_NUMERICHOST).first }
            if let client = client ?? SocketAddress(filledBy: { getpeername(arrival.descriptor, $0, $1) }) {
                accept(arrival.descriptor, client)
            } else {
                end(arrival, "no_client")
            }
        }
        return nil
    }

    private func end(_ arrival: Arrival, _ reason: String) {
        close(arrival.descriptor)
        refuse(reason)
    }
}
