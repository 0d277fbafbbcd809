import Testing

@testable import Benchmarks

@Suite struct HistogramTests {
    @Test func `a histogram without values returns 0`() {
        #expect(Histogram().value(atOrBelow: 0.99) == 0)
    }

    @Test func `small values are exact`() {
        var histogram = Histogram()
        for value in UInt64(1)...1000 { histogram.record(value) }
        #expect(histogram.value(atOrBelow: 0.5) == 500)
        #expect(histogram.value(atOrBelow: 0.999) == 999)
        #expect(histogram.value(atOrBelow: 1) == 1000)
        #expect(histogram.count == 1000)
    }

    /// Each power of two, the value a third above it, and the value one below it.
    private static let everySize = (0..<64).flatMap { (shift: UInt64) -> [UInt64] in
        let power = UInt64(1) << shift
        return [power, power + power / 3, power - 1]
    }

    @Test(arguments: everySize)
    func `every value is kept to one part in a thousand`(value: UInt64) {
        var histogram = Histogram()
        histogram.record(value)
        histogram.record(.max)
        let kept = histogram.value(atOrBelow: 0.5)
        #expect(kept >= value)
        #expect(kept - value <= value / 1000)
    }

    @Test func `histograms add up`() {
        var low = Histogram()
        var high = Histogram()
        for _ in 0..<99 { low.record(10) }
        high.record(5_000_000)
        low.add(high)
        #expect(low.value(atOrBelow: 0.99) == 10)
        #expect(low.value(atOrBelow: 1) == 5_000_000)
        #expect(low.largest == 5_000_000)
    }
}
