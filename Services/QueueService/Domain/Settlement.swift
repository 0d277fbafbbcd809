import Kernel

/// Settlement: places whose deadline has passed lapse, and the next ones are admitted.
extension Room {
    /// Maximum of places that one settlement lapses, and that it admits. The next settlement follows immediately.
    package static let maximumSteps = 500
    /// The maximum pause between settlements of a room with users inside, by any instance.
    package static let heartbeat = Duration.seconds(1)
    package static let closedReason = "the room was closed"

    /// The shift that compensates all deadlines for an outage or a step of the clock. Call it before settling.
    package mutating func catchUp(now: Timestamp) -> Duration {
        let gap = now - settledAt
        let shift = needsCatchingUp(at: now) ? gap : .zero
        if gap > .zero || !Self.isOrdinary(gap) { settledAt = now }
        attendance?.shift(by: shift)
        return shift
    }

    /// True if deadlines must shift before a new one is set.
    package func needsCatchingUp(at now: Timestamp) -> Bool {
        occupied > 0 && !Self.isOrdinary(now - settledAt)
    }

    private static func isOrdinary(_ gap: Duration) -> Bool {
        gap <= TokenBucket.clockTolerance && gap >= .zero - TokenBucket.clockTolerance
    }

    /// True if the room needs a settlement now.
    package func needsSettling(at now: Timestamp) -> Bool {
        if decided == .closed { return occupied > 0 || admitted < lastSerial }
        let gap = now - settledAt
        if occupied > 0, gap >= Self.heartbeat || gap < .zero - TokenBucket.clockTolerance { return true }
        if decided == .scheduled, phase(at: now) == .open || mustCloseDraw(at: now) { return true }
        if isDrained { return true }
        return admitted < lastSerial && admissible(afterFreeing: 0, at: now) > 0
    }

    /// The time of the next settlement that the room needs if no call changes it. Nil if it needs none.
    package func nextSettlement(at now: Timestamp) -> Timestamp? {
        if needsSettling(at: now) { return now }
        guard decided != .closed else { return nil }
        var times: [Timestamp] = []
        if occupied > 0 { times.append(settledAt + Self.heartbeat) }
        if decided == .scheduled, let opens = self.times.opens, opens > now { times.append(opens) }
        if admitted < lastSerial, bucket != nil, [.open, .draining].contains(phase(at: now)),
            limits.active.map({ occupied < $0 }) ?? true
        {
            // The bucket has a token after less than a second.
            times.append(now)
        }
        return times.min()
    }

    /// The list of participants closes at the time for which the opening was announced.
    private func mustCloseDraw(at now: Timestamp) -> Bool {
        draw?.state == .pending && times.opens.map { $0 <= now } ?? false
    }

    private var isDrained: Bool { decided == .draining && occupied == 0 && admitted == lastSerial }

    /// The number of places to admit now, after `count` slots are freed.
    package func admissible(afterFreeing count: Int, at now: Timestamp) -> Int {
        guard [.open, .draining].contains(phase(at: now)) else { return 0 }
        var most = Int64(Self.maximumSteps)
        if let active = limits.active { most = min(most, active - occupied + Int64(count)) }
        if let bucket { most = min(most, bucket.available(at: now)) }
        return max(0, Int(most))
    }

    /// Lapses the due places, admits the next ones in the order of their numbers, and returns the changed places.
    ///
    /// `waiting` contains the first of the line, one more than can be admitted. The extra one marks the new start of
    /// the line. `end` is the number up to which the line was read, if it was not read to its end.
    package mutating func settle(due: [Place], waiting: [Place], upTo end: Int64? = nil, now: Timestamp) -> [Place] {
        if decided == .scheduled, phase(at: now) == .open { decided = .open }
        if mustCloseDraw(at: now) { try? closeDraw() }
        var changed: [Place] = []
        for var place in due {
            if place.state == .admitted { noShows += 1 }
            occupied -= 1
            countAbsence(of: place)
            place.lapse(now: now)
            ended.count(place)
            step(&place)
            changed.append(place)
        }
        checkSlots()
        if due.count < Self.maximumSteps { correctRate(now: now) }
        let count = admissible(afterFreeing: 0, at: now)
        for var place in waiting.prefix(count) {
            place.admit(under: limits, now: now)
            step(&place)
            changed.append(place)
        }
        self.waiting = max(0, self.waiting - Int64(min(count, waiting.count)))
        admit(Int64(min(count, waiting.count)), now: now)
        if !isDrawPending {
            move(to: waiting.count > count ? number(of: waiting[count].serial) - 1 : end ?? lastSerial)
        }
        if isDrained { decided = .closed }
        return changed
    }

    /// Counts `admissions` against the limits. Call it also for 0, because the bucket then follows a clock that was set
    /// back.
    mutating func admit(_ admissions: Int64, now: Timestamp) {
        occupied += admissions
        bucket?.take(admissions, at: now)
        guard admissions > 0 else { return }
        pace.record(admissions, at: now)
        attendance?.admit(admissions, deadline: now + limits.ready)
    }

    /// Revokes live places of a closed room. `live` contains up to `maximumSteps` of them; fewer means all.
    package mutating func revokeAll(_ live: [Place], now: Timestamp) -> [Place] {
        let changed = live.map { place in
            var place = place
            end(&place, .revoked, Self.closedReason, now: now)
            return place
        }
        if live.count < Self.maximumSteps { move(to: lastSerial) }
        return changed
    }

    /// Moves the start of the line forward, never back. So the number of people ahead only falls.
    private mutating func move(to serial: Int64) {
        guard serial > admitted else { return }
        admitted = serial
        revision += 1
        // Also corrects a count that an instance of an earlier version did not keep.
        if admitted == lastSerial { waiting = 0 }
    }
}
