import Glibc

/// The result of a program. The numbers are those of sysexits(3) if one fits.
package enum ExitCode: Int32, CaseIterable, Error {
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

    /// Writes the reason why a program ends before it has a log.
    package static func refuse(_ program: String, _ code: ExitCode, _ problem: String) -> ExitCode {
        let bytes = Array("\(program): \(problem)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
        return code
    }
}
