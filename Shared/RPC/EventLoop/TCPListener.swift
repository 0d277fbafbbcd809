import CUV
import Glibc
import Kernel
import Threads

/// A listening socket that distributes its connections to the loops in turn.
///
/// (One socket per loop with SO_REUSEPORT would hide that another program uses the port.)
final class TCPListener: Listener, @unchecked Sendable {
    // Sound because only the first loop accesses `watch`, `turn` and `isClosed`.

    private static let backlog: Int32 = 4096
    /// Maximum of connections accepted in a turn. Each costs some 50 us until it is closed, and the calls of others wait for them.
    private static let maxAcceptsAtOnce = 8
    /// The pause before accepting again when the process has no free file descriptor.
    private static let pauseWhenExhausted = Duration.milliseconds(100)

    private let socket: ListeningSocket
    private let threads: [LoopThread]
    private let accept: @Sendable (any Transport, EventLoop) -> Void
    private let watch: UnsafeMutablePointer<uv_poll_t>
    private var turn = 0
    private var isClosed = false
    private var closed: [CheckedContinuation<Void, Never>] = []

    init(
        on address: Address, threads: [LoopThread], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) {
        socket = try ListeningSocket(on: address, backlog: Self.backlog, setOptions: TCPTransport.setOptions)
        watch = .allocate(capacity: 1)
        self.threads = threads
        self.accept = accept
        threads[0].loop.execute { self.start() }
    }

    var address: Address { socket.address }

    private func start() {
        uv_poll_init(threads[0].uv, watch, socket.descriptor)
        watch.pointee.data = Unmanaged.passRetained(self).toOpaque()  // Released when the handle has closed.
        listen()
    }

    private func listen() {
        uv_poll_start(watch, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            let listener = Unmanaged<TCPListener>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
            listener.threads[0].loop.enter(at: LoopThread.now) { listener.acceptWaiting() }
        }
    }

    private func acceptWaiting() {
        for _ in 0..<Self.maxAcceptsAtOnce {
            var accepted: Int32 = -1
            let peer = SocketAddress { address, length in
                accepted = Glibc.accept(socket.descriptor, address, length)
                return accepted
            }
            guard let peer else {
                if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { pause() }
                return
            }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            let thread = threads[turn % threads.count]
            turn += 1
            let name = Address(host: peer.host, port: peer.port).description
            thread.loop.execute { [accept, accepted] in
                accept(TCPTransport(socket: accepted, from: name, on: thread), thread.loop)
            }
        }
    }

    private func pause() {
        uv_poll_stop(watch)
        let loop = threads[0].loop!
        _ = loop.startTimer(
            TimerAction { [weak self] in
                if let self, !self.isClosed { self.listen() }
            }, at: loop.uptime + Self.pauseWhenExhausted)
    }

    func close() async {
        await withCheckedContinuation { continuation in
            threads[0].loop.execute {
                if self.isClosed && self.closed.isEmpty { return continuation.resume() }
                self.closed.append(continuation)
                guard !self.isClosed else { return }
                self.isClosed = true
                let handle = UnsafeMutableRawPointer(self.watch).assumingMemoryBound(to: uv_handle_t.self)
                uv_close(handle) { handle in
                    Unmanaged<TCPListener>.fromOpaque(handle!.pointee.data).takeRetainedValue().didClose()
                }
            }
        }
    }

    private func didClose() {
        Glibc.close(socket.descriptor)
        watch.deallocate()
        let waiting = closed
        closed = []
        threads[0].loop.enter(at: LoopThread.now) {
            for continuation in waiting { continuation.resume() }
        }
    }
}
