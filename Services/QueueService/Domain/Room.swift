import Kernel

/// A waiting room: the order of its users, how many are admitted, and at which rate.
///
///     SCHEDULED ──▶ PRE_QUEUE ──▶ OPEN ◀──▶ PAUSED        by time, or by an operator at any moment
///                                  ▲ │
///                                  │ ▼
///                                DRAINING ──▶ CLOSED      after the last user, or by an operator
///
/// Each step of a place changes the room too, except a claim. `revision` numbers these steps.
package struct Room: Equatable, Sendable {
    package enum Phase: Int64, Sendable {
        case scheduled = 0
        case preQueue = 1
        case open = 2
        case paused = 3
        case draining = 4
        case closed = 5
    }

    package let id: RoomID
    package let name: String
    package internal(set) var limits: Limits
    package internal(set) var times: Times
    /// The last decision of an operator or of time. While it is `scheduled`, the times determine the phase.
    package internal(set) var decided: Phase
    package internal(set) var lastSerial: Int64 = 0
    /// No place up to this number is waiting.
    package internal(set) var admitted: Int64 = 0
    /// Slots taken: places that are admitted or active.
    package internal(set) var occupied: Int64 = 0
    package internal(set) var noShows: Int64 = 0
    package internal(set) var ended = EndedPlaces()
    /// Places that wait.
    package internal(set) var waiting: Int64 = 0
    /// Maximum of places that wait. Nil: no limit.
    package internal(set) var waitingLimit: Int64?
    /// The message of the operators. Empty: none.
    package internal(set) var message = ""
    /// Users who cannot join.
    package internal(set) var bannedCount: Int64 = 0
    /// Nil if the room has no rate limit.
    package internal(set) var bucket: TokenBucket?
    /// Nil if the rate is not corrected by users who do not come in.
    package internal(set) var attendance: Attendance?
    package internal(set) var pace: AdmissionPace
    /// The time of the last settlement with users inside.
    package internal(set) var settledAt: Timestamp
    package internal(set) var revision: Int64 = 0
    /// Nil if the line is in the order of the joins.
    package internal(set) var draw: Draw?
    /// True if users join with a code.
    package let needsCode: Bool

    package init(
        _ id: RoomID, named name: RoomName, limits: Limits, times: Times, draw: Draw? = nil, needsCode: Bool = false,
        now: Timestamp
    ) {
        self.id = id
        self.name = name.text
        self.limits = limits
        self.times = times
        decided = .scheduled
        bucket = limits.rate.map { TokenBucket(rate: $0, at: now) }
        attendance = limits.correctsNoShows ? Attendance(ready: limits.ready, start: now) : nil
        pace = AdmissionPace(from: now)
        settledAt = now
        self.draw = draw
        self.needsCode = needsCode
    }

    package init(
        stored id: RoomID, name: String, limits: Limits, times: Times, decided: Phase, lastSerial: Int64,
        admitted: Int64,
        occupied: Int64, noShows: Int64, bucket: TokenBucket?, pace: AdmissionPace, settledAt: Timestamp,
        revision: Int64, waiting: Int64, waitingLimit: Int64?, message: String, bannedCount: Int64, draw: Draw?,
        ended: EndedPlaces, attendance: Attendance?, needsCode: Bool
    ) {
        self.id = id
        self.name = name
        self.limits = limits
        self.times = times
        self.decided = decided
        self.lastSerial = lastSerial
        self.admitted = admitted
        self.occupied = occupied
        self.noShows = noShows
        self.bucket = bucket
        self.pace = pace
        self.settledAt = settledAt
        self.revision = revision
        self.waiting = waiting
        self.waitingLimit = waitingLimit
        self.message = message
        self.bannedCount = bannedCount
        self.draw = draw
        self.ended = ended
        self.attendance = attendance
        self.needsCode = needsCode
    }

    /// A fingerprint of name and settings. It distinguishes a retry of CreateRoom from a reused request id.
    package var creationFingerprint: Fingerprint {
        let numbers: [Int64?] = [
            times.joins?.milliseconds, times.opens?.milliseconds, limits.active, limits.rate, limits.ready.milliseconds,
            limits.idle.milliseconds, limits.hard.milliseconds,
        ]
        let ofDraw = draw.map { ["draw \($0.round)"] } ?? []
        let ofNoShows = limits.correctsNoShows ? ["no-shows"] : []
        let ofCode = needsCode ? ["code"] : []
        return Fingerprint([name] + numbers.map { $0.map { "\($0)" } ?? "" } + ofDraw + ofNoShows + ofCode)
    }

    package func phase(at now: Timestamp) -> Phase {
        guard decided == .scheduled else { return decided }
        if let opens = times.opens, opens <= now { return isDrawPending ? .preQueue : .open }
        if let joins = times.joins, joins <= now { return .preQueue }
        return .scheduled
    }

    /// The number of people ahead of `serial`. 0 before the draw.
    package func ahead(of serial: Int64) -> Int64 { max(0, number(of: serial) - admitted - 1) }

    // MARK: Calls of operators

    package mutating func configure(limits: Limits?, times: Times?, now: Timestamp) throws(QueueRefusal) {
        let phase = phase(at: now)
        guard phase != .closed else { throw .because(.roomClosed) }
        if let times, times != self.times {
            guard phase == .scheduled || phase == .preQueue else { throw .because(.roomHasOpened) }
            self.times = times
        }
        guard let limits, limits != self.limits else { return }
        bucket = limits.rate.map { rate in bucket?.with(rate: rate, at: now) ?? TokenBucket(rate: rate, at: now) }
        let old = self.limits
        self.limits = limits
        changeAttendance(from: old, now: now)
    }

    /// Nil: no limit. Users who wait keep their places.
    package mutating func limitWaiting(to limit: Int64?) throws(QueueRefusal) {
        guard decided != .closed else { throw .because(.roomClosed) }
        waitingLimit = limit
    }

    package mutating func announce(_ message: String) throws(QueueRefusal) {
        guard decided != .closed else { throw .because(.roomClosed) }
        self.message = message
    }

    /// Counts the bans, so that a room without one needs no lookup.
    package mutating func countBan(_ change: Int64) {
        bannedCount = max(0, bannedCount + change)
    }

    package mutating func open(now: Timestamp) throws(QueueRefusal) { try decide(.open, now: now) }

    package mutating func pause(now: Timestamp) throws(QueueRefusal) {
        try checkBegun(at: now)
        try decide(.paused, now: now)
    }

    package mutating func drain(now: Timestamp) throws(QueueRefusal) {
        try checkBegun(at: now)
        try decide(.draining, now: now)
    }

    private mutating func decide(_ phase: Phase, now: Timestamp) throws(QueueRefusal) {
        guard decided != .closed else { throw .because(.roomClosed) }
        guard !isDrawPending else { throw .because(.drawPending) }
        decided = phase
    }

    /// Refuses to pause or drain a scheduled room. Pausing would start joining too early, and draining would close the
    /// room.
    private func checkBegun(at now: Timestamp) throws(QueueRefusal) {
        guard phase(at: now) != .scheduled else { throw .because(.roomScheduled) }
    }

    package mutating func close() { decided = .closed }

    // MARK: Calls of users

    package func checkJoining(at now: Timestamp) throws(QueueRefusal) {
        switch phase(at: now) {
        case .preQueue, .open, .paused: return
        case .scheduled:
            throw .because(.roomNotOpen, (times.joins ?? times.opens).map { "joining starts at \($0)" })
        case .draining: throw .because(.roomDraining)
        case .closed: throw .because(.roomClosed)
        }
    }

    package func isJoinable(at now: Timestamp) -> Bool { (try? checkJoining(at: now)) != nil }

    /// The next place at the end of the line, or the one `after` others behind it. It is admitted immediately if no
    /// user waits and the limits allow it.
    package func nextPlace(_ id: PlaceID, of user: UserID, after others: Int64 = 0, now: Timestamp) -> Place {
        var place = Place(
            id, of: user, serial: lastSerial + 1 + others, revision: revision + 1 + others, joinedAt: now)
        if admitted == lastSerial, others < admissible(afterFreeing: 0, at: now) {
            place.admit(under: limits, now: now)
        }
        return place
    }

    /// Records that `places`, the next ones of the line, were stored.
    package mutating func append(_ places: [Place], now: Timestamp) {
        guard let last = places.last else { return }
        lastSerial = last.serial
        revision = last.revision
        // The shift is ignored, because an empty room has no deadlines.
        if occupied == 0 {
            _ = catchUp(now: now)
            correctRate(now: now)
        }
        let admissions = Int64(places.count { $0.state == .admitted })
        waiting += Int64(places.count) - admissions
        admit(admissions, now: now)
        admitted += admissions
    }

    /// The number of further places that may wait.
    package var waitingCapacity: Int64 { waitingLimit.map { max(0, $0 - waiting) } ?? .max }

    /// The refusal of a user for whom no place in the line is free. Other users come back at other times, to spread a crowd.
    package func full(spread: Double, now: Timestamp) -> QueueRefusal {
        .full(retryAfter: Outlook.askAgain(ahead: waiting, by: pace, now: now, spread: spread))
    }

    /// Claims an admitted place, or renews an active one. Neither is a step of the room, so neither locks it.
    package func claim(_ place: inout Place, now: Timestamp) throws(QueueRefusal) {
        if decided == .closed, place.isLive { throw .ended(as: .placeRevoked, Self.closedReason) }
        switch place.state {
        case .waiting:
            if number(of: place.serial) == 0 { throw .because(.placeWaiting, "the draw has not happened yet") }
            let ahead = ahead(of: place.serial)
            let people = ahead == 1 ? "person is" : "people are"
            throw .because(.placeWaiting, "it is not your turn yet: \(ahead) \(people) ahead of you")
        case .admitted: try place.claim(under: limits, now: now)
        case .active: try place.renew(under: limits, now: now)
        case .finished: throw .ended(as: .placeFinished, place.reason)
        case .left: throw .ended(as: .placeLeft, place.reason)
        case .lapsed: throw .ended(as: .placeLapsed, place.reason)
        case .revoked: throw .ended(as: .placeRevoked, place.reason)
        }
    }

    package mutating func leave(_ place: inout Place, now: Timestamp) {
        if place.isLive { end(&place, .left, now: now) }
    }

    package mutating func finish(_ place: inout Place, now: Timestamp) throws(QueueRefusal) {
        if place.state == .waiting || place.state == .admitted { throw .because(.placeNotActive) }
        if place.isLive { end(&place, .finished, now: now) }
    }

    package mutating func revoke(_ place: inout Place, because reason: String, now: Timestamp) {
        if place.isLive { end(&place, .revoked, reason, now: now) }
    }

    /// Adds what a version without these counts did not count.
    package mutating func add(waiting count: Int64, ended: EndedPlaces) {
        waiting = max(0, waiting + count)
        self.ended.add(ended)
    }

    func checkSlots() {
        precondition(occupied >= 0, "room \(id) has freed more slots than it had")
    }

    mutating func end(_ place: inout Place, _ state: Place.State, _ reason: String = "", now: Timestamp) {
        if place.holdsSlot { occupied -= 1 }
        countAbsence(of: place)
        if place.state == .waiting { waiting = max(0, waiting - 1) }
        checkSlots()
        place.end(state, reason, now: now)
        ended.count(place)
        step(&place)
    }

    mutating func step(_ place: inout Place) {
        revision += 1
        place.revision = revision
    }
}
