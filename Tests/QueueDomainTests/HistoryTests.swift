import Kernel
import QueueDomain
import TestSupport
import Testing

/// Random histories against a model that knows nothing but the rules.
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

        mutating func settle(_ limits: Room.Limits, isOpen: Bool, now: Timestamp) {
            for index in people.indices where people[index].isInside && people[index].lapses <= now {
                people[index].state = .lapsed
            }
            // The rate is checked apart: what a bucket of tokens lets through is no rule, only that it is not too much.
            guard isOpen, limits.rate == nil else { return }
            for index in people.indices where people[index].state == .waiting {
                if let active = limits.active, people.count(where: { $0.isInside }) >= active { return }
                admit(index, limits, now)
            }
        }

        mutating func admit(_ index: Int, _ limits: Room.Limits, _ now: Timestamp) {
            people[index].state = .admitted
            people[index].lapses = now + limits.ready
        }
    }

    @Test(arguments: 0..<20) func `ten thousand histories keep every promise`(block: Int) async throws {
        try await onThread { for seed in UInt64(block * 500)..<UInt64((block + 1) * 500) { try run(seed) } }
    }

    private func run(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let active: Int64? = Bool.random(using: &random) ? Int64.random(in: 1...6, using: &random) : nil
        let rate: Int64? = Bool.random(using: &random) ? Int64.random(in: 1...30, using: &random) : nil
        var line = try Line(
            active: active, rate: rate, ready: .seconds(Int64.random(in: 1...8, using: &random)),
            idle: .seconds(Int64.random(in: 2...10, using: &random)),
            hard: .seconds(Int64.random(in: 10...20, using: &random)))
        var model = Model()
        var isOpen = true
        var ahead: [PlaceID: Int64] = [:]
        let users = (0..<Int.random(in: 2...12, using: &random)).map { UserID(high: 7, low: UInt64($0)) }
        for _ in 0..<30 {
            for _ in 0..<Int.random(in: 0...9, using: &random) {
                line.pass(until: line.now + .milliseconds(100))
                play(&model, line, isOpen: isOpen)
            }
            let user = users[Int.random(in: 0..<users.count, using: &random)]
            act(Int.random(in: 0..<12, using: &random), user, &line, &model, &isOpen)
            line.settle(always: true)
            play(&model, line, isOpen: isOpen)
            check(line, model, &ahead, seed)
        }
        checkWindows(line, seed)
    }

    private func play(_ model: inout Model, _ line: Line, isOpen: Bool) {
        // Places of the line tell when they were admitted; with a rate the model takes that as given.
        if line.room.limits.rate != nil {
            for place in line.places {
                let index = Int(place.serial) - 1
                if model.people[index].state == .waiting, let at = place.admittedAt {
                    model.admit(index, line.room.limits, at)
                }
            }
        }
        model.settle(line.room.limits, isOpen: isOpen, now: line.now)
    }

    private func act(_ verb: Int, _ user: UserID, _ line: inout Line, _ model: inout Model, _ isOpen: inout Bool) {
        let now = line.now
        let index = model.live[user]
        let person = index.map { model.people[$0] }
        switch verb {
        case 0...4:
            guard let place = try? line.join(user) else { return }
            if person?.isLive == true { return }
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
        case 10:
            _ = try? line.change(user) { room, place throws(QueueRefusal) in
                try room.finish(&place, now: now)
            }
            if let index, person?.state == .active { model.people[index].state = .finished }
        default:
            isOpen.toggle()
            if isOpen { try? line.room.open(now: now) } else { try? line.room.pause(now: now) }
        }
    }

    private func check(_ line: Line, _ model: Model, _ ahead: inout [PlaceID: Int64], _ seed: UInt64) {
        func promise(_ isKept: Bool, _ what: String) {
            if !isKept { Issue.record("\(what), seed \(seed) at \(line.now)") }
        }
        promise(line.places.map(\.state) == model.people.map(\.state), "the states differ from the model's")
        promise(line.places.indices.allSatisfy { line.places[$0].serial == Int64($0) + 1 }, "the serials have a gap")
        let inside = Int64(line.places.count { $0.holdsSlot })
        promise(inside == line.room.occupied, "a slot leaked")
        promise(inside <= line.room.limits.active ?? .max, "there are more inside than allowed")
        let owners = line.places.filter(\.isLive).map(\.user)
        promise(Set(owners).count == owners.count, "a user has two live places")
        for place in line.places where place.state == .waiting {
            let now = line.room.ahead(of: place.serial)
            promise(now <= ahead[place.id] ?? .max, "people ahead rose")
            ahead[place.id] = now
        }
    }

    private func checkWindows(_ line: Line, _ seed: UInt64) {
        let serials = line.admissions.map(\.serial)
        #expect(serials == serials.sorted(), "out of order, seed \(seed)")
        guard let rate = line.room.limits.rate else { return }
        for (first, next) in zip(line.admissions, line.admissions.dropFirst(Int(rate))) {
            #expect(next.at - first.at >= .seconds(1), "too fast, seed \(seed) at \(first.at)")
        }
    }
}
