import Kernel
import QueueDomain
import TestSupport
import Testing

@Suite struct ClockStepTests {
    /// A room with alice inside and bob behind her.
    private func line() throws -> Line {
        var line = try Line(active: 1)
        _ = try line.join(.alice)
        _ = try line.change(.alice) { room, place throws(QueueRefusal) in try room.claim(&place, now: .noon) }
        _ = try line.join(.bob)
        line.pass(until: .noon + .minutes(1))
        return line
    }

    @Test(arguments: [Duration.hours(1), .days(400), .seconds(6)])
    func `a step forward of the clock or an outage costs no user the slot`(jump: Duration) throws {
        var line = try line()
        line.now = line.now + jump
        line.settle()
        #expect(line.place(of: .alice)?.state == .active)
        // The rest of the idle time is unchanged, within one poll.
        line.pass(until: line.now + .minutes(4) - .seconds(1))
        #expect(line.place(of: .alice)?.state == .active)
        line.pass(until: line.now + .seconds(2))
        #expect(line.place(of: .alice)?.state == .lapsed)
        #expect(line.place(of: .bob)?.state == .admitted)
    }

    @Test(arguments: [Duration.hours(1), .days(400), .seconds(6)])
    func `a step back of the clock extends no slot`(jump: Duration) throws {
        var line = try line()
        line.now = line.now - jump
        line.settle()
        line.pass(until: line.now + .minutes(4) - .seconds(1))
        #expect(line.place(of: .alice)?.state == .active)
        line.pass(until: line.now + .seconds(2))
        #expect(line.place(of: .alice)?.state == .lapsed)
    }

    @Test func `serials continue after a step of the clock, and the line never moves back`() throws {
        var line = try line()
        let before = (line.room.lastSerial, line.room.admitted)
        line.now = line.now - .hours(3)
        line.settle()
        let carol = UserID(high: 9, low: 9)
        #expect(try line.join(carol).serial == before.0 + 1)
        #expect(line.room.admitted >= before.1)
    }

    @Test func `admissions keep their rate after a step back of the clock`() throws {
        var line = try Line(rate: 10)
        for number in 0..<100 { _ = try line.join(UserID(high: 5, low: UInt64(number))) }
        line.pass(until: .noon + .seconds(2), step: .milliseconds(40))
        let before = line.admissions.count
        line.now = line.now - .hours(1)
        line.pass(until: line.now + .seconds(2), step: .milliseconds(40))
        #expect((18...21).contains(line.admissions.count - before))
    }
}
