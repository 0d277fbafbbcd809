import CUV
import Glibc
import Kernel
import Synchronization

/// A thread that drives one event loop with libuv.
final class LoopThread: @unchecked Sendable {
    // Sound because other threads use only constants and the atomic `mustStop`. The rest belongs to the thread: its
    // creator uses it only before the start, and `stop` only after the end.

    /// The read buffer that all sockets of this thread share.
    private static let readBufferBytes = 64 * 1024

    private(set) var loop: EventLoop!
    let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBufferBytes, alignment: 16)
    private let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    private let busy = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
    private let alarm = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    private let wakeUp = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    /// A write wakes the thread. `uv_async_t` is slower. With it, the woken thread runs on the core of its waker, and
    /// spins until the waker has run again.
    private let wakeUps = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    private let thread = UnsafeMutablePointer<uv_thread_t>.allocate(capacity: 1)
    private let mustStop = Atomic(false)
    private var alarmTime: Uptime?

    static var now: Uptime { Uptime(nanoseconds: uv_hrtime()) }

    init() throws(LoopError) {
        guard wakeUps >= 0 else { throw LoopError(reason: String(cString: strerror(errno))) }
        let problem = uv_loop_init(uv)
        guard problem == 0 else { throw LoopError(reason: describe(problem)) }
        loop = EventLoop(time: { Self.now }) { [weak self] in self?.wake() }
        let me = Unmanaged.passUnretained(self).toOpaque()
        uv_poll_init(uv, wakeUp, wakeUps)
        wakeUp.pointee.data = me
        uv_poll_start(wakeUp, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            var count: eventfd_t = 0
            eventfd_read(LoopThread.from(handle!.pointee.data).wakeUps, &count)
        }
        uv_idle_init(uv, busy)
        uv_timer_init(uv, alarm)
        alarm.pointee.data = me
        uv_prepare_init(uv, prepare)
        prepare.pointee.data = me
        uv_prepare_start(prepare) { LoopThread.from($0!.pointee.data).turn() }
        let selfOfThread = Unmanaged.passRetained(self)
        let threadProblem = uv_thread_create(thread, { LoopThread.from($0).run() }, selfOfThread.toOpaque())
        guard threadProblem == 0 else {
            selfOfThread.release()
            throw LoopError(reason: describe(threadProblem))
        }
    }

    deinit {
        Glibc.close(wakeUps)
    }

    /// Ends the thread after its turn. Its connections must have been closed before.
    func stop() {
        mustStop.store(true, ordering: .releasing)
        wake()
        uv_thread_join(thread)
        thread.deallocate()
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> LoopThread {
        Unmanaged<LoopThread>.fromOpaque(data!).takeUnretainedValue()
    }

    private func wake() {
        eventfd_write(wakeUps, 1)
    }

    private func run() {
        // libuv writes without MSG_NOSIGNAL, so a write to a closed connection would end the program.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        uv_run(uv, UV_RUN_DEFAULT)
        let problem = uv_loop_close(uv)
        precondition(problem == 0, "a loop ended before its connections: \(describe(problem))")
        for pointer in [UnsafeMutableRawPointer(uv), .init(prepare), .init(busy), .init(alarm), .init(wakeUp)] {
            pointer.deallocate()
        }
        readBuffer.deallocate()
        Unmanaged.passUnretained(self).release()
    }

    /// libuv calls it before each wait for the network.
    private func turn() {
        if loop.turn(at: Self.now) {
            uv_idle_start(busy) { _ in }  // While it is active, libuv polls the network without waiting.
        } else {
            uv_idle_stop(busy)
            if mustStop.load(ordering: .acquiring) { return close() }
        }
        setAlarm()
    }

    private func setAlarm() {
        guard let next = loop.nextDeadline, next != alarmTime else { return }
        alarmTime = next
        uv_update_time(uv)
        let now = Self.now
        let delay = next.nanoseconds - min(next.nanoseconds, now.nanoseconds)
        uv_timer_start(alarm, { LoopThread.from($0!.pointee.data).alarmTime = nil }, (delay + 999_999) / 1_000_000, 0)
    }

    private func close() {
        for handle in [UnsafeMutableRawPointer(prepare), .init(busy), .init(alarm), .init(wakeUp)] {
            uv_close(handle.assumingMemoryBound(to: uv_handle_t.self), nil)
        }
    }
}

/// The reason why an event loop cannot start.
package struct LoopError: Error, CustomStringConvertible {
    let reason: String

    package var description: String {
        "an event loop cannot start: \(reason). Each takes 4 files and a thread: raise ulimit -n and -u, or lower --loops"
    }
}

/// The text of an error code of libuv.
func describe(_ problem: Int32) -> String {
    String(cString: uv_strerror(problem))
}
