import Kernel

/// What happens in a room by itself: slots fall due, and the next ones are let in.
extension Room {
    /// How many places one settlement ends, and how many it lets in. The rest comes in the next one, at once.
    package static let maximumSteps = 500
    /// A room in which somebody is inside is settled at least this often, by one instance or another.
    package static let heartbeat = Duration.seconds(1)
    package static let closedReason = "the room was closed"

    /// By how much the deadlines of all places have to move: time that no instance was there, and steps of the clock, are
    /// nobody's fault. To be called first.
    package mutating func catchUp(now: Timestamp) -> Duration {
        let gap = now - settledAt
        let shift = needsCatchingUp(at: now) ? gap : .zero
        if gap > .zero || !Self.isOrdinary(gap) { settledAt = now }
        return shift
    }

    /// Whether deadlines have to move before anything sets another one.
    package func needsCatchingUp(at now: Timestamp) -> Bool {
        occupied > 0 && !Self.isOrdinary(now - settledAt)
    }

    private static func isOrdinary(_ gap: Duration) -> Bool {
        gap <= TokenBucket.clockTolerance && gap >= .zero - TokenBucket.clockTolerance
    }

    /// Whether there is something to do that does not wait for a caller.
    package func needsSettling(at now: Timestamp) -> Bool {
        if decided == .closed { return occupied > 0 || admitted < lastSerial }
        let gap = now - settledAt
        if occupied > 0, gap >= Self.heartbeat || gap < .zero - TokenBucket.clockTolerance { return true }
        if decided == .scheduled, phase(at: now) == .open { return true }
        if isDrained { return true }
        return admitted < lastSerial && admissible(afterFreeing: 0, at: now) > 0
    }

    private var isDrained: Bool { decided == .draining && occupied == 0 && admitted == lastSerial }

    /// How many may be let in now, once `count` slots have come free.
    package func admissible(afterFreeing count: Int, at now: Timestamp) -> Int {
        guard [.open, .draining].contains(phase(at: now)) else { return 0 }
        var most = Int64(Self.maximumSteps)
        if let active = limits.active { most = min(most, active - occupied + Int64(count)) }
        if let bucket { most = min(most, bucket.available(at: now)) }
        return max(0, Int(most))
    }

    /// Ends what is due, lets the next ones in, in the order of their serials, and returns all that have changed.
    ///
    /// `waiting` are the first of the line, one more than may come in: the one who stays outside tells where the line now
    /// begins.
    package mutating func settle(due: [Place], waiting: [Place], now: Timestamp) -> [Place] {
        if decided == .scheduled, phase(at: now) == .open { decided = .open }
        var changed: [Place] = []
        for var place in due {
            if place.state == .admitted { noShows += 1 }
            occupied -= 1
            place.lapse(now: now)
            step(&place)
            changed.append(place)
        }
        checkSlots()
        let count = admissible(afterFreeing: 0, at: now)
        for var place in waiting.prefix(count) {
            place.admit(under: limits, now: now)
            step(&place)
            changed.append(place)
        }
        let admissions = Int64(min(count, waiting.count))
        occupied += admissions
        bucket?.take(admissions, at: now)
        if admissions > 0 { pace.note(admissions, at: now) }
        move(to: waiting.count > count ? waiting[count].serial - 1 : lastSerial)
        if isDrained { decided = .closed }
        return changed
    }

    /// A closed room sends everybody home: `live` are the first of them, and fewer than `maximumSteps` are all.
    package mutating func sendHome(_ live: [Place], now: Timestamp) -> [Place] {
        let changed = live.map { place in
            var place = place
            end(&place, .revoked, Self.closedReason, now: now)
            return place
        }
        if live.count < Self.maximumSteps { move(to: lastSerial) }
        return changed
    }

    /// The numbers only fall: the beginning of the line never moves back.
    private mutating func move(to serial: Int64) {
        guard serial > admitted else { return }
        admitted = serial
        revision += 1
    }
}
