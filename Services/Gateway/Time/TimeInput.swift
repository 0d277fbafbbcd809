import CommandLine
import Display
import Kernel

/// A time on the command line: `2026-12-24 20:00`, the same with a zone after it, `now`, `in 10m`, or `10m ago`.
enum TimeInput: Sendable {
    case now
    case after(Duration)
    /// A local time, in seconds since 1970 on the local clock. The zone is nil if it is not given.
    case local(seconds: Int64, Zone?)

    init?(_ text: String) {
        if text == "now" {
            self = .now
        } else if text.hasPrefix("in ") {
            guard let duration = Duration(optionText: String(text.dropFirst(3))) else { return nil }
            self = .after(duration)
        } else if text.hasSuffix(" ago") {
            guard let duration = Duration(optionText: String(text.dropLast(4))) else { return nil }
            self = .after(.zero - duration)
        } else {
            let form =
                /([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?)? *(.*)/
            guard let parts = text.wholeMatch(of: form)?.output else { return nil }
            func number(_ digits: Substring?) -> Int64 { digits.flatMap { Int64($0) } ?? 0 }
            let date = CalendarDate(year: number(parts.1), month: number(parts.2), day: number(parts.3))
            let zone = Zone(named: String(parts.7))
            guard let date, zone != nil || parts.7.isEmpty else { return nil }
            let ofDay = number(parts.4) * 3600 + number(parts.5) * 60 + number(parts.6)
            self = .local(seconds: date.daysSince1970 * 86_400 + ofDay, zone)
        }
    }

    /// The point in time. `zone` applies if the text has no zone. Throws if clock changes make it ambiguous or
    /// impossible.
    func timestamp(in zone: Zone, now: Timestamp) throws(GatewayError) -> Timestamp {
        switch self {
        case .now: return now
        case .after(let duration): return now + duration
        case .local(let seconds, let ownZone):
            let zone = ownZone ?? zone
            let times = zone.timestamps(showing: seconds)
            if times.count == 1 { return times[0] }
            let clock = Timestamp(milliseconds: seconds * 1000).description.prefix(16)
            if times.isEmpty {
                throw .usage("\(clock) does not exist: the clocks are set forward then. Give another time")
            }
            let offsets = times.map { zone.text(of: $0, "%z") }.joined(separator: " or ")
            throw .usage("\(clock) occurs twice: the clocks are set back then. Add an offset: \(offsets)")
        }
    }
}

extension ValueKind<TimeInput> {
    static var time: Self {
        ValueKind(
            placeholder: "TIME",
            allowed: "a time such as 2026-12-24 20:00, 2026-12-24 20:00 Europe/Berlin, 2026-12-24T20:00+01:00, now, "
                + "in 10m or 10m ago"
        ) { TimeInput($0) }
    }
}

extension Duration {
    /// For people, in at most two units: `40 s`, `4 min 10 s`, `25 min`, `3 h 20 min`.
    ///
    /// It is rounded up, so that the text is never shorter than the duration.
    var text: String {
        let seconds = max(0, (milliseconds + 999) / 1000)
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 600 { return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s") }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return "\(minutes) min" }
        return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    }
}
