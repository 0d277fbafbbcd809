/// Where time comes from. Everything that waits or looks at the time is given one, so that a whole system can run under
/// a clock of a test.
package protocol Clock: Sendable {
    /// Wall time. The machine's clock may step, in both directions; the clock of a running service never steps back.
    var now: Timestamp { get }
    /// Time since some fixed point; never steps back. What durations and timers are measured with.
    var uptime: Uptime { get }
    /// Returns when `uptime` has reached `deadline`, or throws as soon as the task is cancelled.
    func sleep(until deadline: Uptime) async throws(CancellationError)
}

extension Clock {
    package func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: uptime + duration)
    }
}

/// A point in time that never steps: nanoseconds since some fixed point of this process or machine.
@usableFromInline
package struct Uptime: Hashable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Stays at the limits where the sum would not fit.
    package static func + (time: Uptime, duration: Duration) -> Uptime {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (offset, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflow || carried { return Uptime(nanoseconds: seconds < 0 ? 0 : .max) }
        let magnitude = offset.magnitude
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
