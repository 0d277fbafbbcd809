import Kernel
import QueueDomain
import TestSupport
import Testing

/// Random histories, compared with a model that contains only the rules.
@Suite(.serialized) struct HistoryTests {
    /// One person in the model: plain data, no counters.
    private struct Person {
        var serial: Int64
        var state = Place.State.waiting
        var lapses = Timestamp.distantFuture
        var ends = Timestamp.distantFuture
        var isLive: Bool { state == .waiting || state == .admitted || state == .active }
        var isInside: Bool { state == .admitted || state == .active }
    }

    private struct Model {
        var people: [Person] = []
        var live: [UserID: Int] = [:]
        var phase = Room.Phase.open
        /// Nil in a room without a draw.
        var draw: Draw.State?
        /// The people who take part in the draw are the first ones.
        var participants = 0
        /// The participants in the drawn order.
        var drawn: [Int] = []
        /// At the last check or change of the limit. Lowering the limit removes no user.
        var inside: Int64 = 0
        var opens: Timestamp?

        mutating func settle(_ limits: Room.Limits, now: Timestamp) {
            open(now)
            if phase == .closed { end(.revoked) }
            for index in people.indices where people[index].isInside && people[index].lapses <= now {
                people[index].state = .lapsed
            }
            admit(limits, now)
            if phase == .draining, !people.contains(where: \.isLive) { phase = .closed }
        }

        /// At the announced time, the list for the draw closes, or the drawn room opens.
        private mutating func open(_ now: Timestamp) {
            guard phase == .preQueue, let opens, opens <= now else { return }
            if draw == .pending { closeDraw() }
            if draw == .drawn { phase = .open }
        }

        mutating func closeDraw() {
            guard draw == .pending, phase != .closed else { return }
            (draw, participants) = (.closed, people.count)
        }

        mutating func finishDraw(_ order: [UInt32], _ now: Timestamp) {
            guard draw == .closed, phase != .closed else { return }
            (draw, drawn) = (.drawn, order.map { Int($0) })
            if opens == nil { phase = .open }
        }

        /// The number in the line. 0 for a participant before the draw.
        func number(of index: Int) -> Int64 {
            if draw == .pending || draw == .closed && index < participants { return 0 }
            return Int64(drawn.firstIndex(of: index) ?? index) + 1
        }

        private mutating func admit(_ limits: Room.Limits, _ now: Timestamp) {
            // The rate has its own check: the exact admissions of a token bucket are not a rule, only their maximum.
            guard phase == .open || phase == .draining, limits.rate == nil else { return }
            for index in drawn + people.indices.dropFirst(drawn.count) where people[index].state == .waiting {
                if let active = limits.active, people.count(where: { $0.isInside }) >= active { return }
                admit(index, limits, now)
            }
        }

        mutating func admit(_ index: Int, _ limits: Room.Limits, _ now: Timestamp) {
            people[index].state = .admitted
            people[index].lapses = now + limits.ready
        }

        private mutating func end(_ state: Place.State) {
            for index in people.indices where people[index].isLive { people[index].state = state }
        }

        /// An outage of the service, which must cost no user the slot.
        mutating func sleep(_ gap: Duration) {
            for index in people.indices where people[index].isInside {
                people[index].lapses = people[index].lapses + gap
                if people[index].state == .active { people[index].ends = people[index].ends + gap }
            }
        }
    }

    @Test(arguments: 0..<20) func `ten thousand histories keep every invariant`(block: Int) async throws {
        try await onThread { for seed in UInt64(block * 500)..<UInt64((block + 1) * 500) { try run(seed) } }
    }

    private func run(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let active: Int64? = Bool.random(using: &random) ? Int64.random(in: 1...6, using: &random) : nil
        let rate: Int64? = Bool.random(using: &random) ? Int64.random(in: 1...30, using: &random) : nil
        let hasDraw = Bool.random(using: &random)
        let opens: Duration? =
            hasDraw && Bool.random(using: &random) ? .seconds(Int64.random(in: 1...9, using: &random)) : nil
        let corrects = rate != nil && Bool.random(using: &random)
        var line = try Line(
            active: active, rate: rate, correctsNoShows: corrects,
            ready: .seconds(Int64.random(in: 1...8, using: &random)),
            idle: .seconds(Int64.random(in: 2...10, using: &random)),
            hard: .seconds(Int64.random(in: 10...20, using: &random)), joins: hasDraw ? .zero : nil, opens: opens,
            draw: hasDraw ? Draw(round: 9) : nil, isOpen: !hasDraw)
        var model = Model()
        if hasDraw { (model.phase, model.draw, model.opens) = (.preQueue, .pending, opens.map { .noon + $0 }) }
        var ahead: [PlaceID: Int64] = [:]
        let users = (0..<Int.random(in: 2...12, using: &random)).map { UserID(high: 7, low: UInt64($0)) }
        for _ in 0..<30 {
            for _ in 0..<Int.random(in: 0...9, using: &random) {
                line.pass(until: line.now + .milliseconds(100))
                play(&model, line)
            }
            if line.room.isDrawPending, Int.random(in: 0..<5, using: &random) == 0 {
                draw(UInt8.random(in: 0 ... .max, using: &random), &line, &model)
            }
            if Int.random(in: 0..<10, using: &random) == 0 { line.restart(with: Self.numbering) }
            let user = users[Int.random(in: 0..<users.count, using: &random)]
            if Int.random(in: 0..<4, using: &random) == 0 {
                operate(Int.random(in: 0..<20, using: &random), user, &line, &model)
            } else {
                act(Int.random(in: 0..<11, using: &random), user, &line, &model)
            }
            line.settle(always: true)
            play(&model, line)
            check(line, &model, &ahead, seed)
        }
        checkWindows(line, seed)
    }

    /// Closes the list, or draws if it is closed.
    private func draw(_ seed: UInt8, _ line: inout Line, _ model: inout Model) {
        let numbering = Self.numbering([seed], line.room.draw?.participants ?? 0)
        let now = line.now
        let isDrawn = (try? line.room.finishDraw(numbering, seed: [seed], now: now)) != nil
        if isDrawn != (model.draw == .closed && model.phase != .closed) {
            Issue.record("drawn or not at \(now), against the rules")
        }
        if isDrawn {
            model.finishDraw(Self.order([seed], model.participants), now)
        } else {
            _ = try? line.room.closeDraw()
            model.closeDraw()
        }
    }

    private static func numbering(_ seed: [UInt8], _ count: Int64) -> Numbering {
        Numbering(order: order(seed, Int(count)))
    }

    private static func order(_ seed: [UInt8], _ count: Int) -> [UInt32] {
        var random = SeededGenerator(seed: UInt64(seed[0]))
        return (0..<UInt32(count)).shuffled(using: &random)
    }

    private func play(_ model: inout Model, _ line: Line) {
        // With a rate, the model takes the admission times from the line.
        if line.room.limits.rate != nil {
            for place in line.places {
                let index = Int(place.serial) - 1
                if model.people[index].state == .waiting, let at = place.admittedAt {
                    model.admit(index, line.room.limits, at)
                }
            }
        }
        model.settle(line.room.limits, now: line.now)
    }

    private func act(_ verb: Int, _ user: UserID, _ line: inout Line, _ model: inout Model) {
        let now = line.now
        let index = model.live[user]
        let person = index.map { model.people[$0] }
        switch verb {
        case 0...4:
            let place = try? line.join(user)
            let mayJoin = person?.isLive == true || [.preQueue, .open, .paused].contains(model.phase)
            if mayJoin != (place != nil) { Issue.record("joined or not at \(now), against the rules") }
            guard let place, person?.isLive != true else { return }
            model.live[user] = model.people.count
            model.people.append(Person(serial: place.serial))
        case 5...8:
            let renewed = try? line.change(user) { room, place throws(QueueRefusal) in
                try room.claim(&place, now: now)
            }
            guard let index, let person, person.isInside else {
                if renewed != nil { Issue.record("renewed without a slot at \(now)") }
                return
            }
            if renewed?.state != .active { Issue.record("not renewed at \(now)") }
            if person.state == .admitted { model.people[index].ends = now + line.room.limits.hard }
            model.people[index].state = .active
            model.people[index].lapses = min(now + line.room.limits.idle, model.people[index].ends)
        case 9:
            _ = try? line.change(user) { room, place in room.leave(&place, now: now) }
            if let index, person?.isLive == true { model.people[index].state = .left }
        default:
            _ = try? line.change(user) { room, place throws(QueueRefusal) in
                try room.finish(&place, now: now)
            }
            if let index, person?.state == .active { model.people[index].state = .finished }
        }
    }

    /// Actions of operators and events of the service.
    private func operate(_ verb: Int, _ user: UserID, _ line: inout Line, _ model: inout Model) {
        let now = line.now
        func decide(_ phase: Room.Phase, _ step: (inout Room) throws(QueueRefusal) -> Void) {
            if (try? step(&line.room)) != nil { model.phase = phase }
        }
        switch verb {
        case 0...3: decide(.open) { room throws(QueueRefusal) in try room.open(now: now) }
        case 4...6: decide(.paused) { room throws(QueueRefusal) in try room.pause(now: now) }
        case 7: decide(.draining) { room throws(QueueRefusal) in try room.drain(now: now) }
        case 8: decide(.closed) { room in room.close() }
        case 9...12:
            _ = try? line.change(user) { room, place throws(QueueRefusal) in
                room.revoke(&place, because: "touts", now: now)
            }
            if let index = model.live[user], model.people[index].isLive { model.people[index].state = .revoked }
        case 13...16:
            let old = line.room.limits
            let active = old.active.map { max(1, $0 + [-2, -1, 1, 2][verb - 13]) }
            let limits = try? Room.Limits(
                active: active, rate: old.rate, correctsNoShows: old.correctsNoShows, ready: old.ready, idle: old.idle,
                hard: old.hard)
            model.inside = line.room.occupied
            try? line.room.configure(limits: limits, times: nil, now: now)
        default:
            let gap = Duration.seconds(6) * (verb - 16)
            line.now = now + gap
            model.sleep(gap)
        }
    }

    private func check(_ line: Line, _ model: inout Model, _ ahead: inout [PlaceID: Int64], _ seed: UInt64) {
        func promise(_ isKept: Bool, _ what: String) {
            if !isKept { Issue.record("\(what), seed \(seed) at \(line.now)") }
        }
        promise(line.places.map(\.state) == model.people.map(\.state), "the states differ from the model's")
        promise(line.places.indices.allSatisfy { line.places[$0].serial == Int64($0) + 1 }, "the serials have a gap")
        let inside = Int64(line.places.count { $0.holdsSlot })
        promise(inside == line.room.occupied, "a slot leaked")
        promise(
            inside <= max(line.room.limits.active ?? .max, model.inside), "more users are inside than the limit allows")
        model.inside = inside
        func count(_ state: Place.State) -> Int64 { Int64(line.places.count { $0.state == state }) }
        let live = line.room.livePlaces(claims: Int64(line.places.count { $0.claimedAt != nil }))
        let ended = line.room.ended
        promise(
            [live.waiting, live.admitted, live.active, ended.finished, ended.left, ended.lapsed, ended.revoked]
                == Place.State.allCases.map(count), "the counters differ from the places")
        let owners = line.places.filter(\.isLive).map(\.user)
        promise(Set(owners).count == owners.count, "a user has two live places")
        promise(line.room.draw?.state == model.draw, "the draw has another state than the model's")
        for place in line.places where line.room.number(of: place.serial) != model.number(of: Int(place.serial) - 1) {
            promise(false, "place \(place.serial) has another number than the model's")
        }
        for place in line.places where place.state == .waiting && line.room.number(of: place.serial) > 0 {
            let now = line.room.ahead(of: place.serial)
            promise(now <= ahead[place.id] ?? .max, "people ahead rose")
            ahead[place.id] = now
        }
    }

    private func checkWindows(_ line: Line, _ seed: UInt64) {
        let numbers = line.admissions.map { line.room.number(of: $0.serial) }
        #expect(numbers == numbers.sorted(), "out of order, seed \(seed)")
        guard let limit = line.room.limits.rate else { return }
        let rate = limit * (line.room.limits.correctsNoShows ? Attendance.largestFactorThousandths / 1000 : 1)
        for (first, next) in zip(line.admissions, line.admissions.dropFirst(Int(rate))) {
            #expect(next.at - first.at >= .seconds(1), "too fast, seed \(seed) at \(first.at)")
        }
    }
}
