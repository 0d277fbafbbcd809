import Kernel
@testable import RPC
import TestSupport
import Testing

@Suite struct TimerWheelTests {
    private final class Target: TimerTarget {
        let number: Int

        init(_ number: Int) {
            self.number = number
        }

        func timerFired() {}
    }

    private static let start = Uptime(nanoseconds: 1_000_000_000)

    private func numbers(_ targets: [any TimerTarget]) -> [Int] {
        targets.compactMap { ($0 as? Target)?.number }
    }

    @Test func `a timer fires at its time, not before it`() {
        var wheel = TimerWheel(startingAt: Self.start)
        _ = wheel.start(Target(1), at: Self.start + .milliseconds(5))
        #expect(wheel.takeDue(at: Self.start + .microseconds(4999)).isEmpty)
        #expect(numbers(wheel.takeDue(at: Self.start + .milliseconds(5))) == [1])
        #expect(wheel.takeDue(at: Self.start + .seconds(5)).isEmpty && wheel.count == 0)
    }

    @Test func `a timer within a millisecond fires at the next one`() {
        var wheel = TimerWheel(startingAt: Self.start)
        _ = wheel.start(Target(1), at: Self.start + .microseconds(4001))
        #expect(wheel.takeDue(at: Self.start + .microseconds(4000)).isEmpty)
        #expect(numbers(wheel.takeDue(at: Self.start + .milliseconds(5))) == [1])
    }

    @Test func `a timer with a past deadline fires on the next turn`() {
        var wheel = TimerWheel(startingAt: Self.start)
        _ = wheel.start(Target(1), at: Uptime(nanoseconds: 0))
        #expect(numbers(wheel.takeDue(at: Self.start + .milliseconds(1))) == [1])
    }

    @Test func `a cancelled timer does not fire, and its handle cancels nothing else`() {
        var wheel = TimerWheel(startingAt: Self.start)
        let first = wheel.start(Target(1), at: Self.start + .milliseconds(5))
        wheel.cancel(first)
        _ = wheel.start(Target(2), at: Self.start + .milliseconds(5))
        wheel.cancel(first)
        #expect(numbers(wheel.takeDue(at: Self.start + .milliseconds(10))) == [2])
    }

    @Test func `a timer at the end of time never fires`() {
        var wheel = TimerWheel(startingAt: Self.start)
        _ = wheel.start(Target(1), at: Uptime(nanoseconds: .max))
        #expect(wheel.takeDue(at: Self.start + .hours(1000)).isEmpty)
        #expect(wheel.count == 1)
    }

    @Test(arguments: 1...20) func `the wheel fires the same timers as a sorted list`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = TimerWheel(startingAt: Self.start)
        var model: [Int: (time: Uptime, handle: TimerWheel.Handle)] = [:]
        var now = Self.start
        for number in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let range = Bool.random(using: &random) ? 20 : 20_000
                let time = now + .microseconds(Int64.random(in: 0...Int64(range) * 1000, using: &random))
                model[number] = (time, wheel.start(Target(number), at: time))
            case 5..<7:
                guard let key = model.keys.sorted().randomElement(using: &random) else { continue }
                wheel.cancel(model.removeValue(forKey: key)!.handle)
            default:
                let step = Int.random(in: 0..<50, using: &random) == 0 ? 9_000_000 : 3000
                now = now + .microseconds(Int64.random(in: 0...Int64(step), using: &random))
                if let next = wheel.nextDeadline, !model.isEmpty {
                    #expect(next <= model.values.map(\.time).min()! + .milliseconds(1))
                }
                let tick = now.nanoseconds / 1_000_000
                let expected = model.filter { ($0.value.time.nanoseconds + 999_999) / 1_000_000 <= tick }
                let fired = numbers(wheel.takeDue(at: now))
                // A timer within a millisecond that has begun fires in the next one.
                for number in fired { #expect(model[number]!.time <= now) }
                #expect(
                    Set(expected.keys).subtracting(fired).allSatisfy {
                        model[$0]!.time.nanoseconds / 1_000_000 >= tick - 1
                    })
                for number in fired { model[number] = nil }
            }
        }
        #expect(wheel.count == model.count)
    }
}
