/// Admits `burst` events at once, and one more after each interval.
package struct RateLimiter: Sendable {
    private let interval: Duration
    private let capacity: Duration
    /// The time at which all events so far have passed, at one per interval.
    private var busyUntil = Uptime(nanoseconds: 0)

    package init(burst: Int, interval: Duration) {
        self.interval = interval
        capacity = interval * burst
    }

    /// The time until an event is admitted. Nil if one is admitted now.
    package func wait(at now: Uptime) -> Duration? {
        let excess = max(busyUntil, now) + interval - now - capacity
        return excess > .zero ? excess : nil
    }

    /// Counts an admitted event.
    package mutating func count(at now: Uptime) {
        busyUntil = max(busyUntil, now) + interval
    }

    /// Counts an event if it is admitted.
    package mutating func admit(at now: Uptime) -> Bool {
        guard wait(at: now) == nil else { return false }
        count(at: now)
        return true
    }

    /// Takes one counted event back.
    package mutating func giveBack() {
        busyUntil = busyUntil + (.zero - interval)
    }

    /// True if the whole burst is admitted again.
    package func isIdle(at now: Uptime) -> Bool { busyUntil <= now }
}
