/// A source of time. All code that waits or reads the time receives a clock, so a test can run a whole system under its
/// own.
package protocol Clock: Sendable {
    /// The wall time. The clock of a machine may step in both directions. The clock of a running service never steps back.
    var now: Timestamp { get }
    /// The time since a fixed point, for durations and timers. It never steps back.
    var uptime: Uptime { get }
    /// Returns when `uptime` has reached `deadline`. Throws as soon as the task is cancelled.
    func sleep(until deadline: Uptime) async throws(CancellationError)
}

extension Clock {
    package func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: uptime + duration)
    }
}

/// Nanoseconds since a fixed point of this process or machine. They never go back.
@usableFromInline
package struct Uptime: Hashable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Saturates at the limits of 64 bits.
    package static func + (time: Uptime, duration: Duration) -> Uptime {
        let offset = duration.attoseconds / 1_000_000_000
        let magnitude = UInt64(clamping: offset.magnitude)
        if offset < 0 { return Uptime(nanoseconds: time.nanoseconds - min(time.nanoseconds, magnitude)) }
        return Uptime(nanoseconds: time.nanoseconds + min(UInt64.max - time.nanoseconds, magnitude))
    }

    package static func - (later: Uptime, earlier: Uptime) -> Duration {
        later < earlier
            ? .zero - .nanoseconds(Int64(clamping: earlier.nanoseconds - later.nanoseconds))
            : .nanoseconds(Int64(clamping: later.nanoseconds - earlier.nanoseconds))
    }
}

extension Uptime: Comparable {
    @usableFromInline
    package static func < (a: Uptime, b: Uptime) -> Bool { a.nanoseconds < b.nanoseconds }
}
