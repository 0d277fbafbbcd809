import Kernel
import TestSupport
import Testing

@testable import QueueDomain

@Suite struct NextSettlementTests {
    /// A room with random limits, times, users and decisions.
    private static func line(_ random: inout SeededGenerator) throws -> Line {
        let opens = Bool.random(using: &random) ? Duration.seconds(Int64.random(in: 1...4, using: &random)) : nil
        var line = try Line(
            active: Bool.random(using: &random) ? 2 : nil, rate: Bool.random(using: &random) ? 3 : nil,
            ready: .seconds(2), joins: .zero, opens: opens, isOpen: opens == nil)
        for user in 1...UInt64.random(in: 1...8, using: &random) {
            let id = UserID(high: 9, low: user)
            _ = try? line.join(id)
            if Bool.random(using: &random) { continue }
            _ = try? line.change(id) { room, place in room.leave(&place, now: .noon) }
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: try? line.room.pause(now: line.now)
        case 1: try? line.room.drain(now: line.now)
        case 2: line.room.close()
        default: break
        }
        return line
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func `a room never needs a settlement before the time that it names`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        var line = try Self.line(&random)
        for _ in 0..<10 {
            let next = line.room.nextSettlement(at: line.now)
            for milliseconds in stride(from: 0, to: 5000, by: 10) as StrideTo<Int64> {
                let time = line.now + .milliseconds(milliseconds)
                guard line.room.needsSettling(at: time) else { continue }
                #expect(next.map { $0 <= time } ?? false, "seed \(seed): \(time)")
                break
            }
            line.pass(until: line.now + .milliseconds(Int64.random(in: 1...1500, using: &random)))
        }
    }

    @Test func `an open room without users needs no settlement`() throws {
        let line = try Line(active: 2, rate: 3)
        #expect(line.room.nextSettlement(at: .noon + .hours(1)) == nil)
    }
}
