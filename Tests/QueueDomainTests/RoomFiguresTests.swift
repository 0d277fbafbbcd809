import Kernel
import QueueDomain
import TestSupport
import Testing

@Suite struct RoomFiguresTests {
    @Test func `the figures add up the counters of all rooms`() throws {
        var line = try Line(active: 2)
        for user in 1...5 { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
        let figures = RoomFigures(of: [line.room, line.room], claims: [:], at: line.now)
        #expect(figures.waiting == 6 && figures.inside == 4 && figures.joined == 10 && figures.noShows == 0)
        #expect(figures.fullRooms == 0 && figures.stalledRooms == 0)
        line.pass(until: line.now + .seconds(61))
        #expect(RoomFigures(of: [line.room], claims: [:], at: line.now).noShows == 2)
    }

    @Test func `admitted users are those inside who have not claimed`() throws {
        var line = try Line(active: 3)
        for user in 1...5 { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
        for user in 1...2 { try line.claim(UserID(high: 0, low: UInt64(user))) }
        let figures = RoomFigures(of: [line.room], claims: [line.room.id: 2], at: line.now)
        #expect(figures.waiting == 2 && figures.admitted == 1 && figures.inside == 3)
        #expect(figures.rooms.map(\.name) == ["sale"])
        #expect(figures.rooms.map(\.places) == [line.room.livePlaces(claims: 2)])
    }

    @Test func `only the rooms with the most users have figures of their own`() throws {
        let lines = try (0..<RoomFigures.maximumRooms + 5).map { number in
            var line = try Line(named: "sale-\(number)")
            for user in 0..<number { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
            return line
        }
        let figures = RoomFigures(of: lines.map(\.room), claims: [:], at: .noon)
        #expect(figures.rooms.count == RoomFigures.maximumRooms)
        #expect(figures.rooms.first?.name == "sale-\(RoomFigures.maximumRooms + 4)")
        #expect(figures.rooms.last?.name == "sale-5")
    }

    @Test func `a room is full while no further user may wait`() throws {
        var line = try Line(active: 1)
        try line.room.limitWaiting(to: 1)
        _ = try line.join(UserID(high: 0, low: 1))
        #expect(RoomFigures(of: [line.room], claims: [:], at: line.now).fullRooms == 0)
        _ = try line.join(UserID(high: 0, low: 2))
        #expect(RoomFigures(of: [line.room], claims: [:], at: line.now).fullRooms == 1)
    }

    @Test func `a line stalls five minutes after its last admission, and only if users wait`() throws {
        var line = try Line(active: 1, idle: .minutes(20), hard: .minutes(20))
        let alice = UserID(high: 0, low: 1)
        _ = try line.join(alice)
        _ = try line.change(alice) { room, place throws(QueueRefusal) in try room.claim(&place, now: .noon) }
        let later = line.now + .minutes(6)
        #expect(RoomFigures(of: [line.room], claims: [:], at: later).stalledRooms == 0)
        _ = try line.join(UserID(high: 0, low: 2))
        #expect(RoomFigures(of: [line.room], claims: [:], at: line.now + .minutes(5)).stalledRooms == 0)
        #expect(RoomFigures(of: [line.room], claims: [:], at: later).stalledRooms == 1)
        try line.room.pause(now: line.now)
        #expect(RoomFigures(of: [line.room], claims: [:], at: later).stalledRooms == 0)
    }
}
