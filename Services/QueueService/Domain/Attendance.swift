import Kernel

/// The share of admitted users who come in, for a room that corrects its rate by it.
///
/// Each admission belongs to a window by its deadline, until which its user can come in. When the window has passed, the
/// outcome of all its admissions is known, because a settlement lapses the due places first. So the share is about the same
/// users in both of its numbers, however the rate has changed since.
package struct Attendance: Equatable, Sendable {
    package struct Window: Equatable, Sendable {
        package fileprivate(set) var admitted: Int64
        package fileprivate(set) var absent: Int64

        package init(admitted: Int64 = 0, absent: Int64 = 0) {
            self.admitted = admitted
            self.absent = absent
        }
    }

    /// A correction admits at most this multiple of the rate in any second.
    package static let largestFactorThousandths: Int64 = 3000
    /// With fewer known outcomes the rate is not corrected.
    static let minimumCount: Int64 = 20
    private static let windowsPerReadyTime = 8
    private static let longestWindow = Duration.seconds(10)
    /// A window weighs 7/8 of the next one.
    private static let (decay, decayUnit): (Int64, Int64) = (7, 8)
    /// More than the windows of the longest ready time.
    private static let maximumWindowCount: Int64 = 500

    private let length: Duration
    /// The start of the first window. Earlier deadlines are not counted.
    package private(set) var start: Timestamp
    /// The windows that have not passed.
    package private(set) var windows: [Window]
    /// The admissions and absent users of passed windows, by weight, in thousandths.
    package private(set) var passed: Window

    package init(
        ready: Duration, start: Timestamp, windows: [Window] = [], passed: Window = Window()
    ) {
        length = min(ready / Self.windowsPerReadyTime, Self.longestWindow)
        self.start = start
        self.windows = windows
        self.passed = passed
    }

    /// The same share, which counts deadlines from `start` on.
    func restarted(ready: Duration, at start: Timestamp) -> Attendance {
        Attendance(ready: ready, start: start, passed: passed)
    }

    /// The multiple of the rate that makes users come in at the whole rate. Without a known share, 1.
    package var factorThousandths: Int64 {
        guard passed.admitted >= Self.minimumCount * 1000 else { return TokenBucket.unchanged }
        let wanted = TokenBucket.factorThousandths(flow: passed.admitted, over: max(1, passed.admitted - passed.absent))
        return min(Self.largestFactorThousandths, wanted)
    }

    mutating func admit(_ count: Int64, deadline: Timestamp) {
        guard let index = index(of: deadline) else { return }
        while windows.count <= index { windows.append(Window()) }
        windows[index].admitted += count
    }

    /// Counts a user who was admitted, and has ended without coming in.
    mutating func miss(deadline: Timestamp) {
        guard let index = index(of: deadline), index < windows.count else { return }
        windows[index].absent += 1
    }

    private func index(of deadline: Timestamp) -> Int? {
        guard deadline >= start else { return nil }
        let index = (deadline - start).milliseconds / length.milliseconds
        return index < Self.maximumWindowCount ? Int(index) : nil
    }

    /// Counts the windows that have passed. All places that were due by `now` must have lapsed.
    mutating func pass(_ now: Timestamp) {
        while let window = windows.first, start + length <= now {
            // A pause of the line forgets nothing.
            if window.admitted > 0 {
                passed.admitted = passed.admitted * Self.decay / Self.decayUnit + window.admitted * 1000
                passed.absent = passed.absent * Self.decay / Self.decayUnit + window.absent * 1000
            }
            windows.removeFirst()
            start = start + length
        }
        if windows.isEmpty { start = max(start, now) }
    }

    /// Follows a shift of all deadlines.
    mutating func shift(by shift: Duration) { start = start + shift }
}

extension Room {
    /// Corrects the rate by the users who have not come in. All due places must have lapsed.
    mutating func correctRate(now: Timestamp) {
        guard attendance != nil else { return }
        attendance?.pass(now)
        followAttendance(now: now)
    }

    /// Counts a place that ends, if its user was admitted and has not come in.
    mutating func countAbsence(of place: Place) {
        guard place.state == .admitted, let deadline = place.lapsesAt else { return }
        attendance?.miss(deadline: deadline)
    }

    /// Begins or ends the correction, or follows another ready time. Deadlines of users who are admitted already do not count.
    mutating func changeAttendance(from old: Limits, now: Timestamp) {
        if !limits.correctsNoShows {
            attendance = nil
        } else if attendance == nil || limits.ready != old.ready {
            let start = now + max(limits.ready, old.ready)
            attendance =
                attendance?.restarted(ready: limits.ready, at: start) ?? Attendance(ready: limits.ready, start: start)
        }
        followAttendance(now: now)
    }

    private mutating func followAttendance(now: Timestamp) {
        bucket = bucket?.with(factorThousandths: attendance?.factorThousandths ?? TokenBucket.unchanged, at: now)
    }
}
