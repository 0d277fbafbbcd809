import Kernel
import TestSupport
import Testing

@Suite struct TimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_795_176_000_123, "2026-11-20T12:00:00.123Z"), (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
    ])
    func `a timestamp prints as RFC 3339`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func `dates and day numbers agree over four centuries`() {
        for day in stride(from: Int64(-200_000), through: 200_000, by: 37) {
            #expect(CalendarDate(daysSince1970: day).daysSince1970 == day)
        }
        #expect(CalendarDate(year: 2026, month: 2, day: 29) == nil)
        #expect(CalendarDate(year: 2024, month: 2, day: 29)?.daysSince1970 == 19_782)
        #expect(CalendarDate(year: 2024, month: 13, day: 1) == nil)
    }

    @Test func `time saturates at its limits`() {
        #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
        #expect(Timestamp(milliseconds: .min) - .seconds(1) == Timestamp(milliseconds: .min))
        #expect(Timestamp.noon - .seconds(Int64.max) < .noon)
        #expect(Timestamp.noon + .milliseconds(1) - .noon == .milliseconds(1))
        #expect(Uptime(nanoseconds: .max) + .seconds(1) == Uptime(nanoseconds: .max))
        #expect(Uptime(nanoseconds: 5) + .seconds(-1) == Uptime(nanoseconds: 0))
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.milliseconds(-1500).milliseconds == -1500)
    }

    @Test func `a manual clock wakes sleepers in order, at their deadline`() async throws {
        let clock = ManualClock()
        let early = Task { try await clock.sleep(for: .seconds(1)) }
        let late = Task { try await clock.sleep(for: .seconds(5)) }
        try await clock.sleepers(2)
        clock.advance(by: .seconds(1))
        try await early.value
        #expect(clock.sleeperCount == 1)
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(clock.now == .noon + .seconds(1))
    }

    @Test func `a step of the wall clock does not change uptime`() {
        let clock = ManualClock()
        clock.step(to: .noon - .hours(1))
        #expect(clock.now == .noon - .hours(1))
        #expect(clock.uptime == Uptime(nanoseconds: 0))
    }

    @Test func `the same seed gives the same numbers`() {
        var one = SeededGenerator(seed: 7)
        var two = SeededGenerator(seed: 7)
        var other = SeededGenerator(seed: 8)
        let numbers = (0..<10).map { _ in one.next() }
        #expect(numbers == (0..<10).map { _ in two.next() })
        #expect(numbers != (0..<10).map { _ in other.next() })
    }

    @Test func `roles print their names`() {
        #expect(Role([]).description == "anyone")
        #expect(Role([.user, .operator]).description == "user or operator")
    }
}
