import Kernel
import QueueDomain
import TestSupport
import Testing

/// Rooms that correct their rate by users who do not come in, under a simulated clock.
@Suite struct AttendanceTests {
    private static let rate: Int64 = 100
    private static let ready = Duration.seconds(60)
    /// From then on the share must be known.
    private static let settled = ready + .seconds(30)

    private static func limits(
        active: Int64? = nil, rate: Int64 = rate, ready: Duration = ready, corrects: Bool = true
    ) throws -> Room.Limits {
        try Room.Limits(active: active, rate: rate, correctsNoShows: corrects, ready: ready)
    }

    @Test(arguments: [0, 30, 60])
    func `users come in at the rate, within 5 percent, from 30 s after the first ready time`(percent: Int) throws {
        var sale = try Sale(try Self.limits()) { number in !Self.isAbsent(number, percent) }
        let end = Self.settled + .seconds(180)
        try sale.run(for: end)
        for start in Self.starts(from: Self.settled, to: end, every: 30) {
            let count = sale.entries(from: start, for: .seconds(30))
            let target = 30 * Int(Self.rate)
            #expect(abs(count - target) * 100 <= 5 * target, "\(count) of \(target) from \(start) on")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `users who decide at random come in at the rate, within 5 percent`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var sale = try Sale(try Self.limits()) { _ in Int.random(in: 0..<100, using: &random) >= 60 }
        try sale.run(for: Self.settled + .seconds(120))
        let (count, target) = (sale.entries(from: Self.settled, for: .seconds(120)), 120 * Int(Self.rate))
        #expect(abs(count - target) * 100 <= 5 * target, "seed \(seed): \(count) of \(target)")
    }

    @Test func `the rate follows another share, and another ready time`() throws {
        var percent = 60
        var sale = try Sale(try Self.limits()) { number in !Self.isAbsent(number, percent) }
        try sale.run(for: Self.settled)
        percent = 0
        try sale.run(for: Self.ready + .seconds(240))
        let target = 30 * Int(Self.rate)
        #expect(abs(sale.entries(upTo: sale.now, for: .seconds(30)) - target) * 100 <= 5 * target)
        try sale.room.configure(limits: try Self.limits(ready: .seconds(20)), times: nil, now: sale.now)
        percent = 60
        try sale.run(for: .seconds(20 + 30 + 120))
        #expect(abs(sale.entries(upTo: sale.now, for: .seconds(30)) - target) * 100 <= 5 * target)
    }

    @Test func `no second has more than three times the rate of admissions, however few users come in`() throws {
        var sale = try Sale(try Self.limits()) { number in !Self.isAbsent(number, 95) }
        try sale.run(for: Self.settled + .seconds(60))
        let largest = sale.largestSecond
        #expect(largest <= 3 * Int(Self.rate) && largest > 2 * Int(Self.rate), "\(largest)")
    }

    @Test func `the active limit stays exact`() throws {
        var sale = try Sale(try Self.limits(active: 500)) { number in !Self.isAbsent(number, 60) }
        try sale.run(for: Self.settled + .seconds(60))
        #expect(sale.largestOccupied == 500)
    }

    @Test func `an uncorrected room admits at most the rate, however many users stay away`() throws {
        var sale = try Sale(try Self.limits(corrects: false)) { number in !Self.isAbsent(number, 60) }
        try sale.run(for: Self.settled + .seconds(30))
        #expect(sale.room.attendance == nil && sale.largestSecond <= Int(Self.rate))
    }

    @Test func `an outage changes no share`() throws {
        var sale = try Sale(try Self.limits()) { number in !Self.isAbsent(number, 60) }
        try sale.run(for: .seconds(100))
        sale.sleep(.minutes(10))
        try sale.run(for: .seconds(120))
        let target = 60 * Int(Self.rate)
        #expect(abs(sale.entries(upTo: sale.now, for: .seconds(60)) - target) * 100 <= 5 * target)
    }

    @Test func `a user who leaves before coming in is absent, and one who leaves later is not`() throws {
        var line = try Line(rate: 1000, ready: .seconds(8))
        try line.room.configure(
            limits: try Self.limits(rate: 1000, ready: .seconds(8)), times: nil, now: line.now)
        line.pass(until: line.now + .seconds(9))
        for number in 0..<40 as Range<UInt64> { _ = try line.join(UserID(high: 5, low: number)) }
        let now = line.now
        for number in 0..<20 as Range<UInt64> { try line.claim(UserID(high: 5, low: number)) }
        for number in 10..<30 as Range<UInt64> {
            _ = try line.change(UserID(high: 5, low: number)) { room, place in room.leave(&place, now: now) }
        }
        line.pass(until: now + .seconds(10))
        #expect(line.room.attendance?.passed == Attendance.Window(admitted: 40_000, absent: 20_000))
    }

    @Test func `a correction needs a rate`() throws {
        #expect(throws: QueueRefusal.self) { try Room.Limits(active: 10, correctsNoShows: true) }
    }

    /// True for `percent` of all numbers, and of each long run of them.
    private static func isAbsent(_ number: Int64, _ percent: Int) -> Bool { number * 61 % 100 < percent }

    private static func starts(from start: Duration, to end: Duration, every seconds: Int) -> [Duration] {
        stride(from: start.milliseconds, to: end.milliseconds, by: seconds * 1000).map { .milliseconds($0) }
    }
}

/// A room with a long line. Its users come in after one to five seconds and buy at once, or never come in.
private struct Sale {
    private static let step = Duration.milliseconds(40)
    private static let lineLength: Int64 = 200_000

    var room: Room
    private(set) var now = Timestamp.noon
    private(set) var largestOccupied: Int64 = 0
    private let comes: (Int64) -> Bool
    private var line: [Place] = []
    private var first = 0
    /// Admitted places whose users never come in, by deadline.
    private var absent: [Timestamp: [Place]] = [:]
    /// The others, by the time at which they come in.
    private var coming: [Timestamp: [Place]] = [:]
    private var entryTimes: [Timestamp] = []
    private var admissionTimes: [Timestamp] = []

    init(_ limits: Room.Limits, comes: @escaping (Int64) -> Bool) throws {
        self.comes = comes
        room = Room(
            RoomID(high: 1, low: 1), named: try RoomName("sale"), limits: limits,
            times: try Room.Times(joins: .noon, opens: .noon + .milliseconds(1)), now: .noon)
        for number in 0..<Self.lineLength {
            let id = UInt64(number)
            let place = room.nextPlace(PlaceID(high: 2, low: id), of: UserID(high: 5, low: id), now: .noon)
            room.append([place], now: .noon)
            line.append(place)
        }
    }

    /// The users who came in from `start` on, measured from noon.
    func entries(from start: Duration, for time: Duration) -> Int {
        let range = Timestamp.noon + start..<Timestamp.noon + start + time
        return entryTimes.count { range.contains($0) }
    }

    func entries(upTo end: Timestamp, for time: Duration) -> Int { entryTimes.count { $0 + time >= end && $0 < end } }

    /// The most admissions in any window of one second.
    var largestSecond: Int {
        var (largest, first) = (0, 0)
        for (index, time) in admissionTimes.enumerated() {
            while admissionTimes[first] + .seconds(1) <= time { first += 1 }
            largest = max(largest, index - first + 1)
        }
        return largest
    }

    /// The service is down.
    mutating func sleep(_ time: Duration) {
        now = now + time
        let shift = room.catchUp(now: now)
        #expect(shift == time)
        for places in [\Sale.absent, \Sale.coming] {
            self[keyPath: places] = Dictionary(
                uniqueKeysWithValues: self[keyPath: places].map { time, places in
                    (time + shift, places.map { $0.shifted(by: shift) })
                })
        }
    }

    mutating func run(for time: Duration) throws {
        let end = now + time
        while now < end {
            now = now + Self.step
            try enter()
            settle()
            largestOccupied = max(largestOccupied, room.occupied)
        }
    }

    private mutating func enter() throws {
        for place in coming.removeValue(forKey: now) ?? [] {
            var place = place
            try room.claim(&place, now: now)
            entryTimes.append(now)
            try room.finish(&place, now: now)
        }
    }

    private mutating func settle() {
        _ = room.catchUp(now: now)
        // All times are multiples of a step.
        let due = absent.removeValue(forKey: now) ?? []
        let count = room.admissible(afterFreeing: due.count, at: now)
        let changed = room.settle(due: due, waiting: Array(line[first...].prefix(count + 1)), now: now)
        for place in changed where place.state == .admitted {
            first += 1
            admissionTimes.append(now)
            if comes(place.serial) {
                coming[now + .seconds(1 + place.serial % 5), default: []].append(place)
            } else {
                absent[place.lapsesAt ?? now, default: []].append(place)
            }
        }
    }
}

extension Place {
    fileprivate func shifted(by shift: Duration) -> Place {
        Place(
            stored: id, of: user, serial: serial, state: state, revision: revision, joinedAt: joinedAt,
            admittedAt: admittedAt, claimedAt: claimedAt, renewedAt: renewedAt, lapsesAt: lapsesAt.map { $0 + shift },
            endsAt: endsAt.map { $0 + shift }, endedAt: endedAt, reason: reason)
    }
}
