import CommandLine
import Display
import Kernel

/// Puts the texts of services into the words of a user. The texts decide nothing: only reasons and fields do.
enum ServiceText {
    /// The text with each time in UTC, such as `2026-12-24T19:00:00.000Z`, in the zone.
    static func withTimes(_ text: String, in zone: Zone) -> String {
        text.replacing(/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?Z/) { match in
            let time = try? TimeInput("\(match.output.1)Z")?.timestamp(in: .utc, now: Timestamp(milliseconds: 0))
            return time.map { zone.text(of: $0) } ?? String(match.output.0)
        }
    }

    /// The text with the option or operand of each field of the contract, such as `ends_at_ms`.
    static func withFlags(_ text: String, of command: Syntax?) -> String {
        text.replacing(/[a-z]+(?:[_.][a-z]+)+/) { FieldSource.name(of: String($0.output), in: command) }
    }
}
