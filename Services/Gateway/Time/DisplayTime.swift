import Kernel

/// Times and durations for people.
enum DisplayTime {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Thu 24 Dec 2026 20:00 CET`
    static func text(_ time: Timestamp, in zone: Zone) -> String {
        let offset = zone.offset(at: time)
        let seconds = time.wholeSeconds + Int64(offset.seconds)
        let date = CalendarDate(daysSince1970: seconds.flooredDays)
        let ofDay = seconds - seconds.flooredDays * 86_400
        let weekday = weekdays[Int((seconds.flooredDays % 7 + 7) % 7)]
        let clock = "\(two(ofDay / 3600)):\(two(ofDay / 60 % 60))"
        return "\(weekday) \(date.day) \(months[Int(date.month) - 1]) \(date.year) \(clock) \(offset.name)"
    }

    /// The text of a service with its RFC 3339 times in a zone.
    static func localized(_ text: String, in zone: Zone) -> String {
        text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) { stamp in
            let wholeSeconds = 19
            let moment = TimeInput("\(stamp.output.prefix(wholeSeconds))Z")
            guard case .wallClock(let seconds, _) = moment else { return String(stamp.output) }
            return self.text(Timestamp(milliseconds: seconds * 1000), in: zone)
        }
    }

    /// A duration in at most two units: `40 s`, `4 min 10 s`, `25 min`, `3 h 20 min`.
    ///
    /// It is rounded up, so that the text is never shorter than the duration.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, (duration.milliseconds + 999) / 1000)
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 600 { return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s") }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return "\(minutes) min" }
        return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
