/// Counts values by size, with a precision of 0.1 % over the whole range, like an HDR histogram.
///
/// Each value below 2048 has its own bucket; above, each power of two has 1024 buckets. Recording any value takes a shift and
/// an addition, and allocates nothing.
struct Histogram: Sendable {
    private static let precisionBits = 10
    private static let bucketsPerPower = 1 << precisionBits

    private var counts = [UInt64](repeating: 0, count: (64 - precisionBits + 1) * bucketsPerPower)
    private(set) var count: UInt64 = 0
    private(set) var largest: UInt64 = 0

    mutating func record(_ value: UInt64) {
        counts[Self.bucket(of: value)] += 1
        count += 1
        largest = max(largest, value)
    }

    mutating func add(_ other: Histogram) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        count += other.count
        largest = max(largest, other.largest)
    }

    /// Returns the value that `share` of all values do not exceed; 0 if there are no values.
    func value(atOrBelow share: Double) -> UInt64 {
        let rank = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for bucket in counts.indices {
            seen += counts[bucket]
            if seen >= max(rank, 1) { return min(Self.largestValue(in: bucket), largest) }
        }
        return 0
    }

    private static func bucket(of value: UInt64) -> Int {
        let shift = max(0, 63 - precisionBits - (value | 1).leadingZeroBitCount)
        return shift * bucketsPerPower + Int(value >> UInt64(shift))
    }

    private static func largestValue(in bucket: Int) -> UInt64 {
        let shift = max(0, bucket / bucketsPerPower - 1)
        let inPower = UInt64(bucket - shift * bucketsPerPower)
        return inPower << UInt64(shift) | (1 << UInt64(shift) - 1)
    }
}
