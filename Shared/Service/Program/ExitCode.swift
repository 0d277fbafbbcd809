/// The result of a program. The numbers are those of sysexits(3) if one fits.
package enum ExitCode: Int32, CaseIterable, Sendable {
    case clean = 0
    case usage = 64
    case unavailable = 69
    case drainTimedOut = 75
    case forced = 130

    package var meaning: String {
        switch self {
        case .clean: "stopped on request; every call in flight was answered"
        case .usage: "invalid options; nothing was started"
        case .unavailable: "a component could not start; the started ones were stopped"
        case .drainTimedOut: "did not stop within the drain timeout"
        case .forced: "ended at once by a second signal"
        }
    }
}
