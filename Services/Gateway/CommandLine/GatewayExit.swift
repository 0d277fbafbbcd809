import CommandLine
import Journeys
import RPC

/// The exit codes of the gateway. The numbers from 64 to 78 are those of sysexits.h.
package enum GatewayExit: Int32, CaseIterable, Sendable {
    case done = 0
    case refused = 1
    case indefinite = 2
    case usage = 64
    case unavailable = 69
    case file = 74
    case notAllowed = 77
    case interrupted = 130

    var meaning: String {
        switch self {
        case .done: "success (also if nothing had to change)"
        case .refused: "refused, and nothing has changed; the message says what to do"
        case .indefinite: "outcome not known: the request may have taken effect; the message says how to find out"
        case .usage: "the command line is wrong; no request was sent"
        case .unavailable: "a service is unreachable or too busy; repeat the command later"
        case .file: "a local file cannot be read or written"
        case .notAllowed: "not signed in, or the role does not allow this"
        case .interrupted: "ended by Ctrl-C"
        }
    }

    /// The table of exit codes in the help.
    static var help: String {
        "Exit codes:\n\(Help.rows(allCases.map { ("\($0.rawValue)", $0.meaning) }))"
    }
}

extension GatewayExit {
    /// The exit code of a failed call.
    init(of failure: RPCFailure, isRepeatable: Bool) {
        switch CallFailure.Outcome(of: failure, isRepeatable: isRepeatable) {
        case .refused: self = .refused
        case .notAllowed: self = .notAllowed
        case .unavailable: self = .unavailable
        case .indefinite: self = .indefinite
        }
    }
}
