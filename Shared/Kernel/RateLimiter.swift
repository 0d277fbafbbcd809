/// Admits `burst` events at once, and one more after each interval.
package struct RateLimiter: Sendable {
    // Nanoseconds, because each use of a `Duration` divides 128 bits.
    private let interval: UInt64
    private let capacity: UInt64
    /// The time at which all events so far have passed, at one per interval. It is the only state of a limiter.
    package var busyUntil = Uptime(nanoseconds: 0)

    package init(burst: Int, interval: Duration) {
        self.interval = (Uptime(nanoseconds: 0) + interval).nanoseconds
        capacity = (Uptime(nanoseconds: 0) + interval * burst).nanoseconds
    }

    /// The time until an event is admitted. Nil if one is admitted now.
    package func wait(at now: Uptime) -> Duration? {
        let (end, latest) = (busyAfterNext(at: now), now.nanoseconds.addingSaturating(capacity))
        return end > latest ? .nanoseconds(Int64(clamping: end - latest)) : nil
    }

    /// Counts an admitted event.
    package mutating func count(at now: Uptime) {
        busyUntil = Uptime(nanoseconds: busyAfterNext(at: now))
    }

    /// Counts an event if it is admitted.
    package mutating func admit(at now: Uptime) -> Bool {
        guard wait(at: now) == nil else { return false }
        count(at: now)
        return true
    }

    /// Takes one counted event back.
    package mutating func giveBack() {
        busyUntil = Uptime(nanoseconds: busyUntil.nanoseconds - min(busyUntil.nanoseconds, interval))
    }

    /// True if the whole burst is admitted again.
    package func isIdle(at now: Uptime) -> Bool { busyUntil <= now }

    private func busyAfterNext(at now: Uptime) -> UInt64 {
        max(busyUntil, now).nanoseconds.addingSaturating(interval)
    }
}

extension UInt64 {
    fileprivate func addingSaturating(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
