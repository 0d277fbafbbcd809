import CommandLine
import Kernel

/// A time on the command line: `2026-12-24 20:00`, the same with a zone after it, `now`, or `in 10m`.
enum TimeInput: Sendable, Equatable {
    case now
    case after(Duration)
    /// A local time, in seconds since 1970 on the local clock. The zone is nil if it is not given.
    case wallClock(seconds: Int64, zone: String?)

    init?(_ text: String) {
        if text == "now" {
            self = .now
        } else if text.hasPrefix("in ") {
            guard let duration = Duration(optionText: String(text.dropFirst(3))) else { return nil }
            self = .after(duration)
        } else {
            guard let time = Self.wallClock(text) else { return nil }
            self = time
        }
    }

    private static func wallClock(_ text: String) -> TimeInput? {
        var rest = text[...]
        guard let date = date(&rest) else { return nil }
        var seconds = date.daysSince1970 * 86_400
        if rest.first == " " || rest.first == "T", rest.dropFirst().first?.isNumber == true {
            rest = rest.dropFirst()
            let digits = rest.prefix { $0.isNumber || $0 == ":" }
            let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { $0.count == 2 ? Int64($0) : nil }
            guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24,
                numbers.dropFirst().allSatisfy({ $0 < 60 })
            else { return nil }
            seconds += zip(numbers, [3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
            rest = rest.dropFirst(digits.count)
        }
        let zone = String(rest.drop { $0 == " " })
        if zone.isEmpty { return .wallClock(seconds: seconds, zone: nil) }
        return Zone(named: zone) == nil ? nil : .wallClock(seconds: seconds, zone: zone)
    }

    private static func date(_ text: inout Substring) -> CalendarDate? {
        let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        text = text.dropFirst(10)
        return CalendarDate(year: year, month: month, day: day)
    }

    /// The point in time. `zone` applies if the text has no zone. Throws if clock changes make it ambiguous or
    /// impossible.
    func timestamp(in zone: Zone, now: Timestamp) throws(GatewayError) -> Timestamp {
        switch self {
        case .now: return now
        case .after(let duration): return now + duration
        case .wallClock(let seconds, let name):
            let zone = name.flatMap { Zone(named: $0) } ?? zone
            let times = zone.timestamps(showing: seconds)
            if times.count == 1 { return times[0] }
            let clock = Timestamp(milliseconds: seconds * 1000).description.prefix(16)
            if times.isEmpty {
                throw .usage("\(clock) does not exist: the clocks are set forward then. Give another time")
            }
            let offsets = times.map { zone.offset(at: $0).text }
            throw .usage(
                "\(clock) occurs twice: the clocks are set back then. Add an offset: \(offsets[0]) or \(offsets[1])")
        }
    }
}

extension ZoneOffset {
    /// `+01:00`
    var text: String {
        let minutes = abs(seconds) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

extension ValueKind<TimeInput> {
    static var time: Self {
        ValueKind(
            placeholder: "TIME",
            allowed: "a time such as 2026-12-24 20:00, 2026-12-24 20:00 Europe/Berlin, 2026-12-24T20:00+01:00, now or "
                + "in 10m"
        ) { TimeInput($0) }
    }
}
