import Display
import Kernel

/// Times as people write them, in the zone of a venue.
struct TimeText: Sendable {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let koreanDays = ["월", "화", "수", "목", "금", "토", "일"]

    private let zone: Zone

    /// An unknown zone, and an empty one, is UTC.
    init(zone name: String) { zone = Zone(named: name) ?? .utc }

    /// `Friday, 24 September 2027, 20:00 CEST`, `2027년 9월 24일 (금) 20:00 CEST`
    func date(_ time: Timestamp) -> Text {
        let parts = Parts(time, zone)
        return Text(
            "\(Self.days[parts.weekday - 1]), \(parts.day) \(Self.months[parts.month - 1]) \(parts.year), "
                + "\(parts.clock) \(parts.zone)",
            "\(parts.year)년 \(parts.month)월 \(parts.day)일 (\(Self.koreanDays[parts.weekday - 1])) "
                + "\(parts.clock) \(parts.zone)")
    }

    /// The day for a table: `24 Sep 2027, 20:00`, `2027. 9. 24. 20:00`
    func short(_ time: Timestamp) -> Text {
        let parts = Parts(time, zone)
        return Text(
            "\(parts.day) \(Self.months[parts.month - 1].prefix(3)) \(parts.year), \(parts.clock)",
            "\(parts.year). \(parts.month). \(parts.day). \(parts.clock)")
    }

    /// The time of day, with seconds: `20:04:31 CEST`
    func clock(_ time: Timestamp) -> Text { Text(same: zone.text(of: time, "%H:%M:%S %Z")) }

    private struct Parts {
        let weekday, day, month, year: Int
        let clock, zone: String

        init(_ time: Timestamp, _ zone: Zone) {
            let words = zone.text(of: time, "%u %d %m %Y %H:%M %Z").split(separator: " ").map(String.init)
            func number(_ index: Int) -> Int { words.indices.contains(index) ? Int(words[index]) ?? 1 : 1 }
            (weekday, day, month, year) = (number(0), number(1), number(2), number(3))
            clock = words.count > 4 ? words[4] : ""
            self.zone = words.count > 5 ? words[5] : ""
        }
    }
}

/// Durations as people say them. They are rounded up, so that the text is never shorter than the duration.
enum DurationText {
    /// `40 seconds`, `5 minutes`, `2 hours 10 minutes`, `3 days`
    static func text(_ duration: Duration) -> Text {
        let seconds = max(0, (duration.milliseconds + 999) / 1000)
        if seconds < 60 { return Text(unit(seconds, "second"), "\(seconds)초") }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return Text(unit(minutes, "minute"), "\(minutes)분") }
        let hours = minutes / 60
        if hours < 48 {
            let rest = minutes % 60
            return Text(
                unit(hours, "hour") + (rest == 0 ? "" : " \(unit(rest, "minute"))"),
                "\(hours)시간" + (rest == 0 ? "" : " \(rest)분"))
        }
        return Text(unit((hours + 23) / 24, "day"), "\((hours + 23) / 24)일")
    }

    /// What a countdown shows: `4:59`, `1:04:59`.
    static func countdown(_ duration: Duration) -> String {
        let seconds = max(0, (duration.milliseconds + 999) / 1000)
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(seconds % 60))"
    }

    private static func unit(_ count: Int64, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
}
