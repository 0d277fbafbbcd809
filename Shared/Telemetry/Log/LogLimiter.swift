import Kernel

/// Suppresses a message that is logged too often, and counts the suppressed lines.
package struct LogLimiter: ~Copyable {
    static let linesPerWindow = 20
    package static let window = Duration.seconds(1)
    static let maximumMessageCount = 256

    struct Suppressed: Equatable {
        let message: String
        let count: Int
    }

    private struct Source {
        var limiter = RateLimiter(burst: linesPerWindow, interval: window / linesPerWindow)
        var suppressed = 0
    }

    private var sources: [String: Source] = [:]

    /// Returns nil to suppress the line. Otherwise returns the number of lines of this message that were suppressed
    /// before.
    mutating func admit(_ message: String, at now: Uptime) -> Int? {
        if sources.count >= Self.maximumMessageCount && sources[message] == nil {
            sources = sources.filter { !$0.value.limiter.isIdle(at: now) || $0.value.suppressed > 0 }
        }
        // If there is still no room, messages contain varying values. They share one limit.
        let key = sources.count >= Self.maximumMessageCount && sources[message] == nil ? "(others)" : message
        var source = sources[key] ?? Source()
        let isAdmitted = source.limiter.admit(at: now)
        let suppressed = source.suppressed
        source.suppressed = isAdmitted ? 0 : suppressed + 1
        sources[key] = source
        return isAdmitted ? suppressed : nil
    }

    /// The suppressed lines of messages that are no longer logged. Removes them.
    mutating func takeSuppressed(at now: Uptime) -> [Suppressed] {
        let over = sources.filter { $0.value.limiter.isIdle(at: now) }
        for key in over.keys { sources[key] = nil }
        return over.filter { $0.value.suppressed > 0 }.map { Suppressed(message: $0.key, count: $0.value.suppressed) }
            .sorted { $0.message < $1.message }
    }
}
