/// How a program ended, for whoever started it. The numbers are those of sysexits where one fits.
package enum ExitCode: CaseIterable, Sendable {
    case clean
    case usage
    case unavailable
    case failed
    case drainTimedOut
    case forced

    package var rawValue: Int32 {
        switch self {
        case .clean: 0
        case .usage: 64
        case .unavailable: 69
        case .failed: 70
        case .drainTimedOut: 75
        case .forced: 130
        }
    }

    package var meaning: String {
        switch self {
        case .clean: "stopped as asked, everything in flight was answered"
        case .usage: "the options are wrong; nothing was started"
        case .unavailable: "a part could not start; what had started was stopped again"
        case .failed: "a part failed while running; the others were stopped"
        case .drainTimedOut: "asked to stop, and not done within the drain timeout"
        case .forced: "a second signal ended it at once"
        }
    }
}
