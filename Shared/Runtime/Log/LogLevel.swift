package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// For whoever looks into one case.
    case debug
    /// What a healthy program does, once per event that an operator cares about.
    case info
    /// Something is off, and the program goes on.
    case warning
    /// Somebody should look at it.
    case error

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
}
