import Kernel

extension Room {
    /// Limits on how many users are admitted and how long they can stay.
    package struct Limits: Equatable, Sendable {
        package static let longestHardLimit = Duration.hours(24)

        package static let usualReady = Duration.seconds(60)
        package static let usualIdle = Duration.minutes(5)
        package static let usualHardLimit = Duration.minutes(15)

        /// Maximum of users inside. Nil: no limit.
        package let active: Int64?
        /// Maximum of admissions in any one second. Nil: no limit.
        package let rate: Int64?
        /// True if the rate is that of users who come in.
        package let correctsNoShows: Bool
        /// Maximum time between admission and claim.
        package let ready: Duration
        /// Maximum time between two renewals of an active user.
        package let idle: Duration
        /// Maximum stay of an active user.
        package let hard: Duration

        package init(
            active: Int64? = nil, rate: Int64? = nil, correctsNoShows: Bool = false, ready: Duration = usualReady,
            idle: Duration = usualIdle, hard: Duration = usualHardLimit
        ) throws(QueueRefusal) {
            guard idle <= hard, hard <= Self.longestHardLimit else {
                throw .invalid(
                    "limits.hard_limit_ms",
                    "must be from idle_ms, here \(idle.milliseconds), to \(Self.longestHardLimit.milliseconds), or 0")
            }
            guard rate != nil || !correctsNoShows else {
                throw .invalid(
                    "limits.correct_no_shows", "must be false without rate_per_second, which it corrects")
            }
            self.active = active
            self.correctsNoShows = correctsNoShows
            self.rate = rate
            self.ready = ready
            self.idle = idle
            self.hard = hard
        }
    }

    /// Times at which a room opens by itself.
    package struct Times: Equatable, Sendable {
        /// Start of joining. Nil: when the room opens.
        package let joins: Timestamp?
        /// Start of admission. Nil: when an operator opens the room.
        package let opens: Timestamp?

        package init(joins: Timestamp? = nil, opens: Timestamp? = nil) throws(QueueRefusal) {
            if let joins, let opens, opens < joins {
                throw .invalid("times.opens_at", "must be joins_at or later, or 0 to open by OpenRoom only")
            }
            self.joins = joins
            self.opens = opens
        }
    }
}
