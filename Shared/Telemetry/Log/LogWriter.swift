import Glibc
import Threads

/// Writes lines to a file descriptor on its own thread, so that a stalled reader blocks no other thread.
///
/// At most `maximumPendingByteCount` bytes wait to be written. Further lines are dropped and counted. The count is
/// written when there is room again.
package final class LogWriter: Sendable {
    package static let maximumPendingByteCount = 1024 * 1024

    private struct State {
        var pending: [UInt8] = []
        var lost = 0
        var isIdle = true
        var isClosed = false
        var flushes: [CountingSemaphore] = []
    }

    private let descriptor: Int32
    private let describeLost: @Sendable (Int) -> String
    private let state = Lock(State())
    private let work = CountingSemaphore()
    private let ended = CountingSemaphore()

    /// `describeLost` formats the line with the number of dropped lines.
    package init(to descriptor: Int32, describeLost: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.describeLost = describeLost
        let isStarted = Thread.start { self.run() }
        precondition(isStarted, "the system cannot start a thread for the log")
    }

    package func write(_ line: String) {
        let wasIdle = state.withLock { state in
            guard state.pending.count + line.utf8.count <= Self.maximumPendingByteCount, !state.isClosed else {
                state.lost += 1
                return false
            }
            state.pending += line.utf8
            defer { state.isIdle = false }
            return state.isIdle
        }
        if wasIdle { work.signal() }
    }

    /// Waits until all earlier lines are written. Returns false if that takes longer than the time-out.
    @discardableResult
    package func flush(timeoutMilliseconds: Int) -> Bool {
        let flushed = CountingSemaphore()
        let isIdle = state.withLock { state in
            if !state.isIdle { state.flushes.append(flushed) }
            return state.isIdle
        }
        return isIdle || flushed.wait(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Writes the waiting lines, drops further ones, and ends the thread.
    @discardableResult
    package func close(timeoutMilliseconds: Int) -> Bool {
        state.withLock { $0.isClosed = true }
        work.signal()
        return ended.wait(timeoutMilliseconds: timeoutMilliseconds)
    }

    private func run() {
        while true {
            work.wait()
            while let lines = takePending() { writeAll(lines) }
            if state.withLock({ $0.isClosed && $0.isIdle }) {
                ended.signal()
                return
            }
        }
    }

    private func takePending() -> [UInt8]? {
        let (lines, lost, flushes) = state.withLock { state -> ([UInt8]?, Int, [CountingSemaphore]) in
            if state.pending.isEmpty && state.lost == 0 {
                state.isIdle = true
                defer { state.flushes = [] }
                return (nil, 0, state.flushes)
            }
            defer {
                state.pending = []
                state.lost = 0
            }
            return (state.pending, state.lost, [])
        }
        for flush in flushes { flush.signal() }
        return lines.map { lost > 0 ? $0 + describeLost(lost).utf8 : $0 }
    }

    /// Drops the lines if the descriptor fails, because there is no other place to report them.
    private func writeAll(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
