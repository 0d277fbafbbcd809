import Glibc
import Kernel
import Synchronization
import Threads

/// Hands out the due times of calls at a fixed rate, from its own thread.
///
/// If no caller is free, it hands out the time late. It skips no time.
final class Pacer: Sendable {
    private struct State: ~Copyable {
        var next = 0
        var due = 0
        var isOver = false
        var waiting: [UnsafeContinuation<Uptime?, Never>] = []
    }

    /// The sleep interval of the thread. Calls due within one interval begin together.
    private static let step = Duration.microseconds(50)

    private let rate: Int
    private let began: Uptime
    private let end: Uptime
    private let state = Mutex(State())

    init(rate: Int, from began: Uptime, until end: Uptime) {
        self.rate = rate
        self.began = began
        self.end = end
    }

    func start() {
        let isRunning = Thread.start { self.run() }
        precondition(isRunning, "the system cannot start a thread")
    }

    /// Waits until the next call is due, and returns its due time. Nil at the end of the measurement.
    func next() async -> Uptime? {
        await withUnsafeContinuation { continuation in
            let known: Uptime?? = state.withLock { state in
                if state.next < state.due {
                    state.next += 1
                    return time(of: state.next - 1)
                }
                if state.isOver { return .some(nil) }
                state.waiting.append(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func time(of call: Int) -> Uptime {
        began + .nanoseconds(Int64(Double(call) / Double(rate) * 1_000_000_000))
    }

    private func run() {
        while true {
            let now = Monotonic.now
            let isOver = now >= end
            let due = Int((min(now, end) - began) / .seconds(1) * Double(rate))
            let ready = state.withLock { state in
                state.due = due
                state.isOver = isOver
                var ready: [(UnsafeContinuation<Uptime?, Never>, Uptime?)] = []
                while state.next < state.due, let caller = state.waiting.popLast() {
                    ready.append((caller, time(of: state.next)))
                    state.next += 1
                }
                if isOver {
                    ready += state.waiting.map { ($0, nil) }
                    state.waiting = []
                }
                return ready
            }
            for (caller, time) in ready { caller.resume(returning: time) }
            if isOver { return }
            let until = now + Self.step
            var wait = timespec(
                tv_sec: Int(until.nanoseconds / 1_000_000_000), tv_nsec: Int(until.nanoseconds % 1_000_000_000))
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wait, nil)
        }
    }
}
