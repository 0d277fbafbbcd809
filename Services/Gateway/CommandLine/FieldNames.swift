import CommandLine
import Kernel

/// Translates field names in the messages of services to flags of the command line.
enum FieldNames {
    private static let flags = [
        "starts_at_ms": "--starts", "ends_at_ms": "--ends", "sale_opens_at_ms": "--sale-opens",
        "sale_closes_at_ms": "--sale-closes", "cancel_until_ms": "--cancel-until", "seats_per_user": "--seats-per-user",
        "hold_ms": "--hold", "limits.ready_ms": "--ready", "limits.idle_ms": "--idle", "idle_ms": "--idle",
        "limits.hard_limit_ms": "--stay", "limits.active_limit": "--active", "limits.rate_per_second": "--rate",
        "times.joins_at": "--joins-at", "times.opens_at": "--opens-at", "best.count": "--best", "best.grade": "--grade",
        "browse_room_id": "--browse-room", "room_id": "--room",
    ]
    private static let durations: Set = ["hold_ms", "limits.ready_ms", "limits.idle_ms", "limits.hard_limit_ms"]

    /// The flag of a field, also with the path of the messages around it: `settings.hold_ms`.
    private static func flag(_ field: Substring) -> String? { flags[String(field)] ?? flags[name(field)] }

    private static func name(_ field: Substring) -> String { String(field.split(separator: ".").last ?? field) }

    /// The message with flags in place of field names, and durations in place of milliseconds.
    static func withFlags(_ message: String) -> String {
        let field = message.prefix { $0 != " " }
        let words = message.replacing(/[a-z]+[a-z_.]*[a-z]/) { flag($0.output) ?? String($0.output) }
        guard durations.contains(String(field)) || durations.contains(name(field)) else { return words }
        // Shorter numbers have a unit in the message: `5 minutes`.
        return words.replacing(/\d{3,}/) { number in
            Int64(number.output).map { Duration.milliseconds($0).optionText } ?? String(number.output)
        }
    }
}
