/// A point in wall time: milliseconds since 1970, UTC. Databases, messages and people use it.
@usableFromInline
package struct Timestamp: Hashable, Sendable {
    @usableFromInline package let milliseconds: Int64

    @inlinable
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static let distantFuture = Timestamp(milliseconds: .max)

    /// Saturates at the limits of 64 bits instead of trapping.
    package static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(duration.milliseconds)
        guard overflow else { return Timestamp(milliseconds: sum) }
        return Timestamp(milliseconds: duration < .zero ? .min : .max)
    }

    package static func - (time: Timestamp, duration: Duration) -> Timestamp {
        time + (.zero - duration)
    }

    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds) - .milliseconds(earlier.milliseconds)
    }
}

extension Timestamp: Comparable {
    @usableFromInline package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC: `2026-11-20T10:00:00.000Z`.
    @usableFromInline package var description: String {
        let date = CalendarDate(daysSince1970: milliseconds.flooredQuotient(86_400_000))
        let ofDay = milliseconds.flooredRemainder(86_400_000)
        let time = [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60].map { $0.padded(to: 2) }
        return "\(date)T\(time.joined(separator: ":")).\((ofDay % 1000).padded(to: 3))Z"
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero. Saturates at the limits of 64 bits.
    package var milliseconds: Int64 {
        // `components` takes four times as many instructions.
        Int64(clamping: attoseconds / 1_000_000_000_000_000)
    }

    package static func minutes(_ count: some BinaryInteger) -> Duration { .seconds(Int64(count) * 60) }
    package static func hours(_ count: some BinaryInteger) -> Duration { .minutes(Int64(count) * 60) }
    package static func days(_ count: some BinaryInteger) -> Duration { .hours(Int64(count) * 24) }
}
