import Kernel

/// Holds back a message that comes too often, and counts what it held back.
struct LogLimiter: ~Copyable {
    static let linesPerWindow = 20
    static let window = Duration.seconds(1)
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

    /// Nil when the line must not be written; else how many like it were left out before it.
    mutating func admit(_ message: String, at now: Uptime) -> Int? {
        if windows.count >= Self.maximumMessageCount && windows[message] == nil {
            windows = windows.filter { !Self.isOver($0.value, at: now) || $0.value.suppressed > 0 }
        }
        // Where even that leaves no room, somebody put what varies into the message: those share one window.
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

    /// What was left out in windows that are over and that no later line has told.
    mutating func takeSuppressed(at now: Uptime) -> [Suppressed] {
        let over = windows.filter { Self.isOver($0.value, at: now) }
        for key in over.keys { windows[key] = nil }
        return over.filter { $0.value.suppressed > 0 }.map { Suppressed(message: $0.key, count: $0.value.suppressed) }
            .sorted { $0.message < $1.message }
    }

    private static func isOver(_ window: Window, at now: Uptime) -> Bool { window.begin + Self.window <= now }
}
