import Kernel
import QueueDomain
import TestSupport
import Testing

/// A draw among five users. Two more join after the list is closed.
@Suite struct DrawTests {
    /// Serials 3, 5, 1, 4, 2 have the numbers 1 to 5.
    private static let numbering = Numbering(order: [2, 4, 0, 3, 1])

    private func line(active: Int64 = 1) throws -> Line {
        var line = try Line(active: active, joins: .zero, draw: Draw(round: 9), isOpen: false)
        for user in 1...5 { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
        return line
    }

    private func drawn(active: Int64 = 1) throws -> Line {
        var line = try line(active: active)
        try line.room.closeDraw()
        for user in 6...7 { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
        try line.room.finishDraw(Self.numbering, seed: [1], now: line.now)
        line.settle(always: true)
        return line
    }

    @Test func `participants have no number before the draw, and later users stand behind them`() throws {
        var line = try line()
        #expect((1...5).map { line.room.number(of: $0) } == [0, 0, 0, 0, 0])
        try line.room.closeDraw()
        _ = try line.join(UserID(high: 0, low: 6))
        try line.room.closeDraw()
        #expect(line.room.draw?.participants == 5)
        #expect((1...6).map { line.room.number(of: $0) } == [0, 0, 0, 0, 0, 6])
        line.pass(until: line.now + .minutes(5))
        #expect(line.admissions.isEmpty && line.room.admitted == 0 && line.room.phase(at: line.now) == .preQueue)
    }

    @Test func `users come in by their numbers, then those who joined later`() throws {
        for active in [1, 10] as [Int64] {
            var line = try drawn(active: active)
            for _ in 0..<7 { line.pass(until: line.now + .seconds(61)) }
            #expect(line.admissions.map(\.serial) == [3, 5, 1, 4, 2, 6, 7])
        }
    }

    @Test func `a place that left is passed over, and numbers only fall`() throws {
        var line = try drawn()
        _ = try line.change(UserID(high: 0, low: 5)) { room, place in room.leave(&place, now: .noon) }
        var ahead = line.room.ahead(of: 2)
        #expect(ahead == 3)
        for _ in 0..<6 {
            line.pass(until: line.now + .seconds(61))
            #expect(line.room.ahead(of: 2) <= ahead)
            ahead = line.room.ahead(of: 2)
        }
        #expect(line.admissions.map(\.serial) == [3, 1, 4, 2, 6, 7])
    }

    @Test func `the list closes by itself at the time of the opening`() throws {
        var line = try Line(joins: .zero, opens: .seconds(60), draw: Draw(round: 9), isOpen: false)
        _ = try line.join(UserID(high: 0, low: 1))
        line.pass(until: .noon + .seconds(59))
        #expect(line.room.draw?.state == .pending)
        line.pass(until: .noon + .seconds(61))
        #expect(line.room.draw?.state == .closed && line.room.draw?.participants == 1)
        #expect(line.room.phase(at: line.now) == .preQueue)
    }

    @Test func `a draw before the time of the opening does not open the room`() throws {
        var line = try Line(joins: .zero, opens: .seconds(60), draw: Draw(round: 9), isOpen: false)
        for user in 1...5 { _ = try line.join(UserID(high: 0, low: UInt64(user))) }
        try line.room.closeDraw()
        try line.room.finishDraw(Self.numbering, seed: [1], now: line.now)
        line.pass(until: .noon + .seconds(59))
        #expect(line.admissions.isEmpty && line.room.number(of: 3) == 1)
        line.pass(until: .noon + .seconds(61))
        #expect(line.admissions.map(\.serial) == [3, 5, 1, 4, 2])
    }

    @Test func `a room with a pending draw cannot be opened, paused or drained, but closed`() throws {
        var line = try line()
        #expect(throws: QueueRefusal.because(.drawPending)) { try line.room.open(now: line.now) }
        #expect(throws: QueueRefusal.because(.drawPending)) { try line.room.pause(now: line.now) }
        #expect(throws: QueueRefusal.because(.drawPending)) { try line.room.drain(now: line.now) }
        #expect(throws: QueueRefusal.because(.drawNotClosed)) {
            try line.room.finishDraw(Self.numbering, seed: [], now: line.now)
        }
        line.room.close()
        line.settle(always: true)
        #expect(line.places.allSatisfy { $0.state == .revoked } && line.room.hasReached(1))
    }

    @Test func `a room without a draw has none to close`() throws {
        var line = try Line()
        #expect(throws: QueueRefusal.because(.roomHasNoDraw)) { try line.room.closeDraw() }
    }
}
