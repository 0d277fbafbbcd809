package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// Details for the investigation of one case.
    case debug
    /// Normal events that matter to operators.
    case info
    /// An anomaly that does not stop the program.
    case warning
    /// A failure that an operator should investigate.
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
