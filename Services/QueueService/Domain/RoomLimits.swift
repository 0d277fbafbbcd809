import Kernel

extension Room {
    /// Limits on how many users are admitted and how long they can stay.
    package struct Limits: Equatable, Sendable {
        package static let activeRange: ClosedRange<Int64> = 1...1_000_000
        package static let rateRange: ClosedRange<Int64> = 1...100_000
        package static let stayRange: ClosedRange<Duration> = .seconds(1) ... .hours(1)
        package static let longestHardLimit = Duration.hours(24)

        package static let usualReady = Duration.seconds(60)
        package static let usualIdle = Duration.minutes(5)
        package static let usualHardLimit = Duration.minutes(15)

        /// Maximum of users inside. Nil: no limit.
        package let active: Int64?
        /// Maximum of admissions in any one second. Nil: no limit.
        package let rate: Int64?
        /// Time for an admitted user to come in.
        package let ready: Duration
        /// Time that an active user can be silent.
        package let idle: Duration
        /// Maximum stay of an active user.
        package let hard: Duration

        package init(
            active: Int64? = nil, rate: Int64? = nil, ready: Duration = usualReady, idle: Duration = usualIdle,
            hard: Duration = usualHardLimit
        ) throws(QueueRefusal) {
            try Self.check("limits.active_limit", active, Self.activeRange)
            try Self.check("limits.rate_per_second", rate, Self.rateRange)
            try Self.check("limits.ready_ms", ready, Self.stayRange)
            try Self.check("limits.idle_ms", idle, Self.stayRange)
            guard idle <= hard, hard <= Self.longestHardLimit else {
                throw .invalid(
                    "limits.hard_limit_ms",
                    "from idle_ms, here \(idle.milliseconds), to \(Self.longestHardLimit.milliseconds), or 0")
            }
            self.active = active
            self.rate = rate
            self.ready = ready
            self.idle = idle
            self.hard = hard
        }

        private static func check(
            _ field: String, _ value: Int64?, _ range: ClosedRange<Int64>
        ) throws(QueueRefusal) {
            guard let value, !range.contains(value) else { return }
            throw .invalid(field, "\(range.lowerBound) to \(range.upperBound), or 0 for no limit")
        }

        private static func check(
            _ field: String, _ value: Duration, _ range: ClosedRange<Duration>
        ) throws(QueueRefusal) {
            guard !range.contains(value) else { return }
            throw .invalid(
                field, "\(range.lowerBound.milliseconds) to \(range.upperBound.milliseconds), or 0 for the usual")
        }
    }

    /// Times at which a room opens by itself.
    package struct Times: Equatable, Sendable {
        /// Start of joining. Nil: when the room opens.
        package let joins: Timestamp?
        /// Start of admission. Nil: when an operator opens the room.
        package let opens: Timestamp?

        package init(joins: Timestamp? = nil, opens: Timestamp? = nil) throws(QueueRefusal) {
            for (field, time) in [("times.joins_at", joins), ("times.opens_at", opens)] {
                guard let time, time.milliseconds <= 0 else { continue }
                throw .invalid(field, "milliseconds since 1970, or 0 for none")
            }
            if let joins, let opens, opens < joins {
                throw .invalid("times.opens_at", "joins_at or later, or 0 for not before OpenRoom")
            }
            self.joins = joins
            self.opens = opens
        }
    }
}
