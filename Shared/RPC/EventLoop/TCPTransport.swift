import CUV
import Glibc
import Kernel
import Threads

/// A TCP socket on a libuv loop.
///
///     open ──close──▶ output is sent ──▶ our end is shut down ──peer closes, or time-out──▶ closed
///
/// Closing a socket with unread input makes the kernel discard output that the peer has not read yet. So `close` reads
/// and drops input until the peer closes too. For the same reason a failed write does not end reading: the peer's last
/// bytes may still arrive.
final class TCPTransport: Transport {
    /// A peer that acknowledges or reads nothing for this time counts as lost.
    private static let userTimeout = Limits().stall

    /// The time that a peer can keep its end open after we have shut down ours.
    private static let linger = Duration.seconds(1)

    /// The silence after which the kernel probes a peer that does not use PING.
    private static let keepAliveSeconds: Int32 = 60

    /// The size of each kernel buffer. Without it, the kernel keeps up to 4 MiB for each peer that does not read, and up
    /// to 32 MiB for each peer that we do not read.
    private static let kernelBufferBytes: Int32 = 128 * 1024

    /// The size of a read while closing. libuv reads up to 32 times before other connections are served.
    private static let droppedBytes = 16 * 1024

    var origin: Origin
    var receiver: (any TransportReceiver)?
    private let thread: LoopThread
    private let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
    private var connected: ((Int32) -> Void)?
    private var isClosing = false
    private var problem: String?
    private var isClosed = false
    /// True if writing has failed.
    private var isBroken = false
    private var lingering: TimerWheel.Handle?

    var unsentCount: Int { isClosed ? 0 : uv_stream_get_write_queue_size(stream) }

    /// An unconnected socket. Create it on the thread.
    init(to peer: String, on thread: LoopThread) {
        origin = Origin(peer)
        self.thread = thread
        uv_tcp_init(thread.uv, handle)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()  // Released when the handle has closed.
    }

    /// Takes over an accepted socket, which has the options of its listening one.
    convenience init(socket: Int32, from peer: String, on thread: LoopThread) {
        self.init(to: peer, on: thread)
        let problem = uv_tcp_open(handle, socket)
        if problem != 0 { end(describe(problem)) }
    }

    /// Calls `completion` with 0 or libuv's error code.
    func connect(to address: SocketAddress, completion: @escaping (Int32) -> Void) {
        connected = completion
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        let problem = address.withPointer { address, _ in
            uv_tcp_connect(request, handle, address) { request, problem in
                let transport = TCPTransport.from(request!.pointee.handle.pointee.data)
                request!.deallocate()
                transport.thread.loop.enter(at: LoopThread.now) { transport.didConnect(problem) }
            }
        }
        if problem != 0 {
            request.deallocate()
            didConnect(problem)
        }
    }

    private func didConnect(_ problem: Int32) {
        var socket: uv_os_fd_t = -1
        let stream = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        if problem == 0, uv_fileno(stream, &socket) == 0 { Self.setOptions(of: socket) }
        connected?(problem)
        connected = nil
    }

    static func setOptions(of socket: Int32) {
        let tcp = Int32(IPPROTO_TCP)
        set(TCP_NODELAY, at: tcp, of: socket, to: 1)
        set(SO_KEEPALIVE, at: SOL_SOCKET, of: socket, to: 1)
        set(TCP_KEEPIDLE, at: tcp, of: socket, to: keepAliveSeconds)
        set(TCP_USER_TIMEOUT, at: tcp, of: socket, to: Int32(userTimeout.milliseconds))
        set(SO_SNDBUF, at: SOL_SOCKET, of: socket, to: kernelBufferBytes)
        set(SO_RCVBUF, at: SOL_SOCKET, of: socket, to: kernelBufferBytes)
    }

    private static func set(_ option: Int32, at level: Int32, of socket: Int32, to value: Int32) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout.size(ofValue: value)))
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> TCPTransport {
        Unmanaged<TCPTransport>.fromOpaque(data!).takeUnretainedValue()
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    var isReading = false {
        didSet {
            guard isReading != oldValue, !isClosing else { return }
            if isReading { startReading() } else { uv_read_stop(stream) }
        }
    }

    private func startReading() {
        uv_read_start(
            stream,
            { handle, _, buffer in
                let transport = TCPTransport.from(handle!.pointee.data)
                let whole = transport.thread.readBuffer
                let size = transport.isClosing ? TCPTransport.droppedBytes : whole.count
                buffer!.pointee = uv_buf_init(
                    whole.baseAddress!.assumingMemoryBound(to: CChar.self), UInt32(size))
            },
            { stream, count, buffer in
                TCPTransport.from(stream!.pointee.data).didRead(count, buffer!.pointee)
            })
    }

    private func didRead(_ count: Int, _ buffer: uv_buf_t) {
        guard count != 0 else { return }
        thread.loop.enter(at: LoopThread.now) {
            if count < 0 {
                end(count == Int(UV_EOF.rawValue) ? nil : describe(Int32(count)))
            } else if !isClosing {
                receiver?.didReceive(UnsafeRawBufferPointer(start: buffer.base, count: count))
            }
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosing, !isBroken, bytes.count > 0 else { return }
        var sent = 0
        if unsentCount == 0 {
            var buffer = Self.buffer(bytes)
            let count = uv_try_write(stream, &buffer, 1)
            if count >= 0 {
                sent = Int(count)
            } else if count != UV_EAGAIN.rawValue {
                return writeFailed(count)
            }
        }
        if sent < bytes.count { sendLater(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
    }

    private func sendLater(_ bytes: UnsafeRawBufferPointer) {
        let copy = UnsafeMutableRawBufferPointer(start: BufferMemory.allocate(bytes.count), count: bytes.count)
        copy.copyMemory(from: bytes)
        let write = UnsafeMutablePointer<Write>.allocate(capacity: 1)
        write.initialize(to: Write(request: uv_write_t(), bytes: copy))
        var buffer = Self.buffer(UnsafeRawBufferPointer(copy))
        let problem = uv_write(write.pointer(to: \.request)!, stream, &buffer, 1) { request, status in
            let transport = TCPTransport.from(request!.pointee.handle.pointee.data)
            Write.free(UnsafeMutableRawPointer(request!).assumingMemoryBound(to: Write.self))
            transport.didWrite(status)
        }
        if problem != 0 {
            Write.free(write)
            writeFailed(problem)
        }
    }

    /// A write request and its copy of the bytes.
    private struct Write {
        /// The first property, so that both have the same address.
        var request: uv_write_t
        let bytes: UnsafeMutableRawBufferPointer

        static func free(_ write: UnsafeMutablePointer<Write>) {
            let bytes = write.pointee.bytes
            BufferMemory.free(bytes.baseAddress!, bytes.count)
            write.deallocate()
        }
    }

    private func didWrite(_ status: Int32) {
        thread.loop.enter(at: LoopThread.now) {
            if status < 0 { writeFailed(status) }
            if unsentCount == 0 { receiver?.didSend() }
        }
    }

    /// Records the failure. Reading continues until the end of the input.
    private func writeFailed(_ status: Int32) {
        isBroken = true
        problem = problem ?? describe(status)
    }

    func close() {
        guard !isClosing else { return }
        isClosing = true
        guard !isBroken else { return closeHandle() }
        if !isReading { startReading() }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let problem = uv_shutdown(request, stream) { request, status in
            let transport = TCPTransport.from(request!.pointee.handle.pointee.data)
            request!.deallocate()
            transport.thread.loop.enter(at: LoopThread.now) { transport.didShutDown(status) }
        }
        if problem != 0 {
            request.deallocate()
            closeHandle()
        }
    }

    private func didShutDown(_ status: Int32) {
        guard status == 0 else { return closeHandle() }
        lingering = thread.loop.startTimer(self, at: thread.loop.uptime + Self.linger)
    }

    func abort() {
        end(nil)
    }

    private func end(_ problem: String?) {
        if !isClosing { self.problem = self.problem ?? problem }
        isClosing = true
        closeHandle()
    }

    private func closeHandle() {
        if let lingering { thread.loop.cancelTimer(lingering) }
        lingering = nil
        let handle = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        guard !isClosed, uv_is_closing(handle) == 0 else { return }
        uv_close(handle) { handle in
            let transport = Unmanaged<TCPTransport>.fromOpaque(handle!.pointee.data).takeRetainedValue()
            transport.isClosed = true
            transport.thread.loop.enter(at: LoopThread.now) {
                let receiver = transport.receiver
                transport.receiver = nil
                receiver?.didClose(transport.problem)
            }
            transport.handle.deallocate()
        }
    }

    private static func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
        let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress!).assumingMemoryBound(to: CChar.self)
        return uv_buf_init(base, UInt32(bytes.count))
    }
}

extension TCPTransport: TimerTarget {
    /// Closes after the peer had time to read our output and to close.
    func timerFired() {
        lingering = nil
        closeHandle()
    }
}
