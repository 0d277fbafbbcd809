import Kernel
import Threads

/// A clock that changes only when a test advances it, and can step like a real one.
package final class ManualClock: Clock {
    private struct State: ~Copyable {
        var now: Timestamp
        var uptime = Uptime(nanoseconds: 0)
        var nextSleeper: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
    }

    private struct Sleeper {
        let deadline: Uptime
        let wake: CheckedContinuation<Bool, Never>
    }

    private let state: Lock<State>

    package init(at now: Timestamp = .noon) {
        state = Lock(State(now: now))
    }

    package var now: Timestamp { state.withLock { $0.now } }
    package var uptime: Uptime { state.withLock { $0.uptime } }

    /// The number of sleeping callers.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Returns when at least `count` callers sleep.
    package func sleepers(_ count: Int) async throws {
        try await eventually("\(count) sleep") { [self] in sleeperCount >= count }
    }

    /// The earliest deadline of the sleeping callers.
    package var nextDeadline: Uptime? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

    /// Advances both times and wakes the callers whose deadline has passed, earliest first.
    package func advance(by duration: Duration) {
        move(wallTimeBy: duration, uptimeBy: duration)
    }

    /// Advances only the uptime. Callers whose deadline has passed continue, and the wall time does not change.
    package func elapse(_ duration: Duration) {
        move(wallTimeBy: .zero, uptimeBy: duration)
    }

    private func move(wallTimeBy step: Duration, uptimeBy duration: Duration) {
        let due = state.withLock { state -> [Sleeper] in
            state.now = state.now + step
            state.uptime = state.uptime + duration
            let due = state.sleepers.filter { $0.value.deadline <= state.uptime }
            for key in due.keys { state.sleepers[key] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value)
        }
        for sleeper in due { sleeper.wake.resume(returning: true) }
    }

    /// Sets the wall time, as an operator or NTP does. `uptime` does not change.
    package func step(to now: Timestamp) {
        state.withLock { $0.now = now }
    }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        let key = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        let isDue = await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                let answer: Bool? = state.withLock { state in
                    if deadline <= state.uptime { return true }
                    if Task.isCancelled { return false }
                    state.sleepers[key] = Sleeper(deadline: deadline, wake: wake)
                    return nil
                }
                if let answer { wake.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: key) }?.wake.resume(returning: false)
        }
        if !isDue { throw CancellationError() }
    }
}

extension Timestamp {
    /// 2026-11-20, twelve o'clock UTC. The default start of tests.
    package static let noon = Timestamp(milliseconds: 1_795_176_000_000)
}
