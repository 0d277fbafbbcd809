import Kernel

/// How fast people are let in, measured over the last half to whole minute.
package struct AdmissionPace: Equatable, Sendable {
    package static let window = Duration.seconds(30)
    /// Fewer say nothing.
    static let minimumCount: Int64 = 5
    static let minimumTime = Duration.seconds(2)

    /// When the current window began; what was admitted in it, and in the whole window before. Below zero: there was none.
    package private(set) var from: Timestamp
    package private(set) var count: Int64
    package private(set) var before: Int64

    package init(from: Timestamp, count: Int64 = 0, before: Int64 = -1) {
        self.from = from
        self.count = count
        self.before = before
    }

    package mutating func note(_ admissions: Int64, at now: Timestamp) {
        let age = now - from
        if age < .zero || age >= Self.window * 2 {
            // The first ones after a rest come all at once, and say nothing about those who follow.
            self = AdmissionPace(from: now)
            return
        }
        if age >= Self.window { self = AdmissionPace(from: from + Self.window, before: count) }
        count += admissions
    }

    /// Nil where too little was seen to say anything.
    package func measured(at now: Timestamp) -> (admissions: Int64, over: Duration)? {
        let admissions = count + max(0, before)
        let time = now - from + (before < 0 ? .zero : Self.window)
        guard admissions >= Self.minimumCount, time >= Self.minimumTime, time <= Self.window * 4 else { return nil }
        return (admissions, time)
    }

    /// In thousandths; 0 where nothing was measured.
    package func thousandthsPerSecond(at now: Timestamp) -> Int64 {
        guard let (admissions, time) = measured(at: now) else { return 0 }
        return admissions * 1_000_000 / time.milliseconds
    }
}

/// Between which two times somebody is expected to wait.
package struct WaitEstimate: Equatable, Sendable {
    package let atLeast: Duration
    package let atMost: Duration

    /// The further the pace rests on few admissions, and the fewer stand ahead, the wider the range: twice the error of
    /// counting either. Nil where nothing was measured.
    package init?(ahead: Int64, by pace: AdmissionPace, at now: Timestamp) {
        guard let (admissions, time) = pace.measured(at: now) else { return nil }
        let turn = Double(ahead + 1)
        let expected = Double(time.milliseconds) / Double(admissions) * turn
        let error = min(0.9, 2 / Double(admissions).squareRoot() + 2 / turn.squareRoot())
        atLeast = .milliseconds(Int64(expected * (1 - error)))
        atMost = .milliseconds(Int64(min(expected * (1 + error), 1e15)))
    }
}
