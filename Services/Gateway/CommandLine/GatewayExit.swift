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

    private var meaning: String {
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
        let lines = allCases.map { exit in
            let number = "\(exit.rawValue)"
            return Help.row(number + String(repeating: " ", count: 5 - number.count), exit.meaning)
        }
        return "Exit codes:\n\(lines.joined())"
    }
}

extension GatewayExit {
    /// The exit code of a failed call. A repeatable call is never indefinite, because the user can just repeat it.
    init(of failure: RPCFailure, isRepeatable: Bool) {
        if failure.isIndefinite {
            self = isRepeatable ? .unavailable : .indefinite
            return
        }
        switch failure.code {
        case .unauthenticated: self = .notAllowed
        // A pass proves an active place, not an identity.
        case .permissionDenied: self = failure.reason.hasPrefix("PASS_") ? .refused : .notAllowed
        // Repeating the request cannot help: it has the same size.
        case .resourceExhausted where failure.reason.hasSuffix("_TOO_LARGE"): self = .refused
        case .unavailable, .deadlineExceeded, .resourceExhausted: self = .unavailable
        default: self = failure.isNotProcessed ? .unavailable : .refused
        }
    }
}
