import Kernel

/// The rate of admissions, measured over the last 30 to 60 seconds.
package struct AdmissionPace: Equatable, Sendable {
    package static let window = Duration.seconds(30)
    /// With fewer admissions the rate is unknown.
    static let minimumCount: Int64 = 5
    static let minimumTime = Duration.seconds(2)

    /// The start of the current window, its admissions, and those of the previous window. A negative `before` means no
    /// previous window.
    package private(set) var from: Timestamp
    package private(set) var count: Int64
    package private(set) var before: Int64

    package init(from: Timestamp, count: Int64 = 0, before: Int64 = -1) {
        self.from = from
        self.count = count
        self.before = before
    }

    package mutating func record(_ admissions: Int64, at now: Timestamp) {
        let age = now - from
        if age < .zero || age >= Self.window * 2 {
            // The first admissions after a pause are a burst, so they do not predict the rate.
            self = AdmissionPace(from: now)
            return
        }
        if age >= Self.window { self = AdmissionPace(from: from + Self.window, before: count) }
        count += admissions
    }

    /// Nil if there were too few admissions.
    package func measured(at now: Timestamp) -> (admissions: Int64, over: Duration)? {
        let admissions = count + max(0, before)
        let time = now - from + (before < 0 ? .zero : Self.window)
        guard admissions >= Self.minimumCount, time >= Self.minimumTime, time <= Self.window * 4 else { return nil }
        return (admissions, time)
    }

    /// The rate in thousandths per second. 0 if unknown.
    package func thousandthsPerSecond(at now: Timestamp) -> Int64 {
        guard let (admissions, time) = measured(at: now) else { return 0 }
        return admissions * 1_000_000 / time.milliseconds
    }
}

/// A lower and an upper bound of the expected wait.
package struct WaitEstimate: Equatable, Sendable {
    package let atLeast: Duration
    package let atMost: Duration

    /// The range is twice the counting error of admissions and people ahead. It is wider if either number is small. Nil
    /// if the rate is unknown.
    package init?(ahead: Int64, by pace: AdmissionPace, at now: Timestamp) {
        guard let (admissions, time) = pace.measured(at: now) else { return nil }
        let turn = Double(ahead + 1)
        let expected = Double(time.milliseconds) / Double(admissions) * turn
        let error = min(0.9, 2 / Double(admissions).squareRoot() + 2 / turn.squareRoot())
        atLeast = .milliseconds(Int64(expected * (1 - error)))
        atMost = .milliseconds(Int64(min(expected * (1 + error), 1e15)))
    }
}
