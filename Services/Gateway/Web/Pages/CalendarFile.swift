import Kernel

/// One event as a calendar file (RFC 5545).
struct CalendarFile: Sendable {
    /// The longest line, in bytes.
    private static let maximumLineBytes = 75

    let uid, title, place, description: String
    let starts, ends, written: Timestamp

    var text: String {
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Onsale//Tickets//EN", "BEGIN:VEVENT", "UID:\(uid)",
            "DTSTAMP:\(Self.utc(written))", "DTSTART:\(Self.utc(starts))", "DTEND:\(Self.utc(ends))",
            "SUMMARY:\(Self.escaped(title))", "LOCATION:\(Self.escaped(place))",
            "DESCRIPTION:\(Self.escaped(description))", "END:VEVENT", "END:VCALENDAR",
        ]
        return lines.map { Self.folded($0) + "\r\n" }.joined()
    }

    /// `20270924T180000Z`
    private static func utc(_ time: Timestamp) -> String {
        time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",":
                escaped += "\\"
                escaped.unicodeScalars.append(scalar)
            case "\n": escaped += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A longer line goes on in the next one, after a space. No character is cut.
    private static func folded(_ line: String) -> String {
        var (folded, count) = ("", 0)
        for scalar in line.unicodeScalars {
            let bytes = UTF8.width(scalar)
            if count + bytes > maximumLineBytes {
                folded += "\r\n "
                count = 1
            }
            folded.unicodeScalars.append(scalar)
            count += bytes
        }
        return folded
    }
}
