import Kernel

/// The yearly clock changes of a zone, in the format of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable {
    private let standard: ZoneOffset
    private let summer: (offset: ZoneOffset, start: Day, end: Day)?

    /// The n-th weekday of a month, and the second of that day on the clock before the change.
    private struct Day {
        let month: Int64
        let week: Int64
        let weekday: Int64
        let seconds: Int64
    }

    /// Nil for an unsupported rule. Days by number are not supported, because no zone uses them.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        var names = parts.first.map { Substring($0) } ?? ""
        guard let standard = Self.offset(&names) else { return nil }
        self.standard = standard
        guard !names.isEmpty else {
            summer = nil
            return
        }
        guard let offset = Self.offset(&names, defaultSeconds: standard.seconds + 3600), parts.count == 3,
            let start = Self.day(parts[1]), let end = Self.day(parts[2])
        else { return nil }
        summer = (offset, start, end)
    }

    func offset(at seconds: Int64) -> ZoneOffset {
        guard let summer else { return standard }
        let year = CalendarDate(daysSince1970: (seconds + Int64(standard.seconds)).flooredDays).year
        let start = Self.seconds(of: summer.start, in: year) - Int64(standard.seconds)
        let end = Self.seconds(of: summer.end, in: year) - Int64(summer.offset.seconds)
        // In the southern hemisphere summer time includes the new year.
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    private static func seconds(of day: Day, in year: Int64) -> Int64 {
        let first = CalendarDate(year: year, month: day.month, day: 1)?.daysSince1970 ?? 0
        let next = CalendarDate(
            year: day.month == 12 ? year + 1 : year, month: day.month == 12 ? 1 : day.month + 1, day: 1)
        let length = (next?.daysSince1970 ?? 0) - first
        // 1 January 1970 is a Thursday, and Sunday is 0.
        let weekdayOfFirst = ((first + 4) % 7 + 7) % 7
        var date = (day.weekday - weekdayOfFirst + 7) % 7 + (day.week - 1) * 7
        while date >= length { date -= 7 }
        return (first + date) * 86_400 + day.seconds
    }

    /// Parses `CET-1` from the start of the text.
    ///
    /// A name has letters, or any characters in angle brackets. The number is how far UTC is ahead, so its sign is
    /// turned.
    private static func offset(_ text: inout Substring, defaultSeconds: Int? = nil) -> ZoneOffset? {
        let name: Substring
        if text.hasPrefix("<"), let end = text.firstIndex(of: ">") {
            name = text[text.index(after: text.startIndex)..<end]
            text = text[text.index(after: end)...]
        } else {
            name = text.prefix { $0.isLetter }
            text = text.dropFirst(name.count)
        }
        guard !name.isEmpty else { return nil }
        let number = text.prefix { $0.isNumber || $0 == ":" || $0 == "-" || $0 == "+" }
        text = text.dropFirst(number.count)
        if number.isEmpty { return defaultSeconds.map { ZoneOffset(seconds: $0, name: String(name)) } }
        return seconds(number).map { ZoneOffset(seconds: -Int($0), name: String(name)) }
    }

    /// Parses `M3.5.0/2`: month, week, weekday and time. Week 5 is the last of the month. The default time is 2:00.
    private static func day(_ text: Substring) -> Day? {
        let halves = text.split(separator: "/")
        guard let date = halves.first, date.hasPrefix("M"), halves.count <= 2 else { return nil }
        let numbers = date.dropFirst().split(separator: ".").compactMap { Int64($0) }
        guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
            (0...6).contains(numbers[2]), let seconds = halves.count == 2 ? seconds(halves[1]) : 7200
        else { return nil }
        return Day(month: numbers[0], week: numbers[1], weekday: numbers[2], seconds: seconds)
    }

    /// The seconds of `-1`, `+5:30` or `2:00:00`.
    private static func seconds(_ text: Substring) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" || $0 == "+" }.split(separator: ":").map { Int64($0) }
        guard (1...3).contains(parts.count), parts.allSatisfy({ $0 != nil }) else { return nil }
        let seconds = zip(parts, [3600, 60, 1]).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 }
        return isNegative ? -seconds : seconds
    }
}

extension Int64 {
    /// The number of seconds in whole days, rounded down.
    var flooredDays: Int64 { self >= 0 ? self / 86_400 : -((-self + 86_399) / 86_400) }
}
