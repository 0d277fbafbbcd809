import Kernel

/// Suppresses a message that comes too often, and counts the suppressed lines.
package struct LogLimiter: ~Copyable {
    static let linesPerWindow = 20
    package static let window = Duration.seconds(1)
    static let maximumMessageCount = 256

    struct Suppressed: Equatable {
        let message: String
        let count: Int
    }

    private struct Window {
        var begin: Uptime
        var written = 0
        var suppressed = 0
    }

    private var windows: [String: Window] = [:]

    /// Returns nil to suppress the line. Otherwise returns the number of lines of this message that were suppressed
    /// before.
    mutating func admit(_ message: String, at now: Uptime) -> Int? {
        if windows.count >= Self.maximumMessageCount && windows[message] == nil {
            windows = windows.filter { !Self.isOver($0.value, at: now) || $0.value.suppressed > 0 }
        }
        // If there is still no room, messages contain varying values. They share one window.
        let key = windows.count >= Self.maximumMessageCount && windows[message] == nil ? "(others)" : message
        var window = windows[key] ?? Window(begin: now)
        defer { windows[key] = window }
        var unreported = 0
        if Self.isOver(window, at: now) {
            unreported = window.suppressed
            window = Window(begin: now)
        }
        guard window.written < Self.linesPerWindow else {
            window.suppressed += 1
            return nil
        }
        window.written += 1
        return unreported
    }

    /// The suppressed lines of past windows that no later line has reported. Removes them.
    mutating func takeSuppressed(at now: Uptime) -> [Suppressed] {
        let over = windows.filter { Self.isOver($0.value, at: now) }
        for key in over.keys { windows[key] = nil }
        return over.filter { $0.value.suppressed > 0 }.map { Suppressed(message: $0.key, count: $0.value.suppressed) }
            .sorted { $0.message < $1.message }
    }

    private static func isOver(_ window: Window, at now: Uptime) -> Bool { window.begin + Self.window <= now }
}
