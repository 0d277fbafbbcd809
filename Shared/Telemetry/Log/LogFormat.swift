import Kernel

/// The format of a log line.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-20T12:00:00.000Z info    listening address=127.0.0.1:7000`
    case text
    /// One JSON object per line.
    case json

    package static let maximumTextByteCount = 1024

    package func line(_ event: LogEvent) -> String {
        switch self {
        case .text: Self.text(event)
        case .json: Self.json(event)
        }
    }

    private static func text(_ event: LogEvent) -> String {
        let level = event.level.rawValue
        var line = "\(event.time) \(level)\(String(repeating: " ", count: 8 - level.count))\(escaped(event.message))"
        for (name, value) in named(event) {
            line += " \(name)="
            switch value {
            case .text(let text): line += text.isPlainWord ? escaped(text) : "\"\(escaped(text))\""
            case .integer(let integer): line += "\(integer)"
            case .duration(let duration): line += "\(milliseconds(duration))ms"
            }
        }
        return line + "\n"
    }

    private static func json(_ event: LogEvent) -> String {
        var json = JSONWriter()
        let head: [(name: String, value: LogValue)] = [
            ("time", "\(event.time)"), ("level", .text(event.level.rawValue)), ("message", .text(event.message)),
        ]
        json.object(head + named(event)) { json, value in
            switch value {
            case .text(let text): json.escaped(escaped(text))
            case .integer(let integer): json.literal(integer)
            case .duration(let duration): json.literal(milliseconds(duration))
            }
        }
        return json.text + "\n"
    }

    /// The trace and the request, then the fields. A name that occurs earlier in the line gets a `_`.
    private static func named(_ event: LogEvent) -> [(name: String, value: LogValue)] {
        var named: [(name: String, value: LogValue)] = []
        if let trace = event.trace { named.append(("trace", .text(trace.digits))) }
        if let request = event.request { named.append(("request", .text(request.description))) }
        var taken: Set<String> = ["time", "level", "message", "trace", "request"]
        for (name, value) in event.fields.prefix(LogEvent.maximumFieldCount) {
            var name = fieldName(name)
            while !taken.insert(name).inserted { name += "_" }
            named.append((name, value))
        }
        return named
    }

    /// At most 64 letters, digits, `_`, `.` and `-`. Every other byte becomes `_`.
    private static func fieldName(_ text: String) -> String {
        let name = text.utf8.prefix(64).map { byte in
            byte.isLetterOrDigit || ".-".utf8.contains(byte) ? byte : UInt8(ascii: "_")
        }
        return name.isEmpty ? "_" : String(decoding: name, as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        text.escapedForLine(maximumByteCount: maximumTextByteCount)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds / 1_000_000_000_000) / 1000
    }
}
