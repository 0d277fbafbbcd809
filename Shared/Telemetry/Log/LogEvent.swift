import Kernel

/// One event, which becomes one line.
package struct LogEvent: Sendable {
    package static let maximumFieldCount = 32

    package var time: Timestamp
    package var level: LogLevel
    /// The same words for every event of a kind. Varying values are fields.
    package var message: String
    package var fields: [(name: String, value: LogValue)]
    package var trace: TraceID?
    package var request: RequestID?

    /// The event that replaces `count` dropped lines.
    package static func lost(_ count: Int, at now: Timestamp) -> LogEvent {
        LogEvent(time: now, level: .warning, message: "log lines lost", fields: [("lost", LogValue(count))])
    }
}

/// The value of a field.
package enum LogValue: Equatable, Sendable {
    case text(String)
    case integer(Int64)
    /// Written in milliseconds.
    case duration(Duration)
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral integer: Int64) { self = .integer(integer) }

    package init(_ integer: some BinaryInteger) { self = .integer(Int64(clamping: integer)) }
}

/// The importance of an event, in ascending order.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// Details for the investigation of one case.
    case debug
    /// Normal events that matter to operators.
    case info
    /// An anomaly that does not stop the program.
    case warning
    /// A failure that an operator should investigate.
    case error

    package static func < (a: LogLevel, b: LogLevel) -> Bool {
        allCases.prefix { $0 != b }.contains(a)
    }
}
