import Kernel
import Threads

/// Logs events for operators, one line each.
///
/// A message is written at most 20 times a second. The number of suppressed lines is logged. `LogWriter` writes the
/// lines on its own thread, so logging never waits.
package final class Log: Sendable {
    package typealias Fields = KeyValuePairs<String, LogValue>

    package let level: LogLevel
    private let format: LogFormat
    private let clock: any Clock
    private let write: @Sendable (String) -> Void
    private let limiter = Lock(LogLimiter())

    /// `write` receives whole lines on any thread, and must not block.
    package init(
        level: LogLevel = .info, format: LogFormat = .text, clock: any Clock,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.level = level
        self.format = format
        self.clock = clock
        self.write = write
    }

    package func debug(_ message: String, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .debug { log(.debug, message, Array(fields())) }
    }

    package func info(_ message: String, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .info { log(.info, message, Array(fields())) }
    }

    package func warning(_ message: String, _ fields: @autoclosure () -> Fields = [:]) {
        if level <= .warning { log(.warning, message, Array(fields())) }
    }

    package func error(_ message: String, _ fields: @autoclosure () -> Fields = [:]) {
        log(.error, message, Array(fields()))
    }

    /// For events of modules that do not import this one.
    package func log(
        _ level: LogLevel, _ message: String, _ fields: [(key: String, value: LogValue)] = [], trace: TraceID? = nil,
        request: RequestID? = nil
    ) {
        guard self.level <= level else { return }
        let now = clock.uptime
        guard let suppressed = limiter.withLock({ $0.admit(message, at: now) }) else { return }
        var event = LogEvent(
            time: clock.now, level: level, message: message, fields: fields.map { (name: $0.key, value: $0.value) },
            trace: trace, request: request)
        if suppressed > 0 { event.fields.append((name: "left_out", value: LogValue(suppressed))) }
        write(format.line(event))
    }

    /// Logs an event of a kind of which each one counts, such as an answer. Neither the level nor the limit of a message
    /// applies. `LogWriter` drops and counts lines that nothing reads.
    package func record(
        _ message: String, _ fields: [(name: String, value: LogValue)], request: RequestID? = nil
    ) {
        write(format.line(LogEvent(time: clock.now, level: .info, message: message, fields: fields, request: request)))
    }

    /// Logs the number of suppressed lines that is not logged yet. Called about once a second, and at the end.
    package func reportSuppressed(isEnd: Bool = false) {
        let now = isEnd ? Uptime(nanoseconds: .max) : clock.uptime
        for suppressed in limiter.withLock({ $0.takeSuppressed(at: now) }) {
            let event = LogEvent(
                time: clock.now, level: .warning, message: "messages left out",
                fields: [("like", .text(suppressed.message)), ("left_out", LogValue(suppressed.count))])
            write(format.line(event))
        }
    }
}
