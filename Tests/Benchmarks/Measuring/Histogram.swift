/// Counts values by size, exact to one part in a thousand over the whole range, as HDR histograms do.
///
/// Below 2048 each value has a place of its own; above, each power of two has 1024 of them. Recording is a shift and an
/// addition, whatever the value, and nothing is allocated after the first.
struct Histogram: Sendable {
    private static let precisionBits = 10
    private static let placesPerPower = 1 << precisionBits

    private var counts = [UInt64](repeating: 0, count: (64 - precisionBits + 1) * placesPerPower)
    private(set) var count: UInt64 = 0
    private(set) var largest: UInt64 = 0

    mutating func record(_ value: UInt64) {
        counts[Self.place(of: value)] += 1
        count += 1
        largest = max(largest, value)
    }

    mutating func add(_ other: Histogram) {
        for place in counts.indices { counts[place] += other.counts[place] }
        count += other.count
        largest = max(largest, other.largest)
    }

    /// The value that `share` of all values do not exceed; 0 where there are none.
    func value(atOrBelow share: Double) -> UInt64 {
        let rank = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for place in counts.indices {
            seen += counts[place]
            if seen >= max(rank, 1) { return min(Self.largestValue(in: place), largest) }
        }
        return 0
    }

    private static func place(of value: UInt64) -> Int {
        let shift = max(0, 63 - precisionBits - (value | 1).leadingZeroBitCount)
        return shift * placesPerPower + Int(value >> UInt64(shift))
    }

    private static func largestValue(in place: Int) -> UInt64 {
        let shift = max(0, place / placesPerPower - 1)
        let inPower = UInt64(place - shift * placesPerPower)
        return inPower << UInt64(shift) | (1 << UInt64(shift) - 1)
    }
}
