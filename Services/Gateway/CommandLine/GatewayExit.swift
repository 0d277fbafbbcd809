import RPC

/// How a command ended, for scripts. The larger numbers are those of sysexits.
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
        case .done: "done: what was asked for is so now, also where it was so before"
        case .refused: "the answer is no, and nothing has changed; the message says what to do"
        case .indefinite: "not known yet: it may have happened. The message says how to find out"
        case .usage: "the command line is wrong; nothing was sent"
        case .unavailable: "no service could be reached, or none had time to answer; type it again later"
        case .file: "a file of this machine cannot be read or written"
        case .notAllowed: "nobody is signed in, or not as somebody who may do this"
        case .interrupted: "ended by Ctrl-C"
        }
    }

    static var help: String {
        let lines = allCases.map { exit in
            let number = "\(exit.rawValue)"
            return Help.row(number + String(repeating: " ", count: 5 - number.count), exit.meaning)
        }
        return "Exit codes:\n\(lines.joined())"
    }
}

extension GatewayExit {
    /// What a failed call comes to. Where nothing is changed by asking twice, nobody has to find out what happened.
    init(of failure: RPCFailure, isRepeatable: Bool) {
        if failure.isIndefinite {
            self = isRepeatable ? .unavailable : .indefinite
            return
        }
        switch failure.code {
        case .unauthenticated: self = .notAllowed
        // A pass says that it is somebody's turn, not who somebody is.
        case .permissionDenied: self = failure.reason.hasPrefix("PASS_") ? .refused : .notAllowed
        // The same again would be as large.
        case .resourceExhausted where failure.reason.hasSuffix("_TOO_LARGE"): self = .refused
        case .unavailable, .deadlineExceeded, .resourceExhausted: self = .unavailable
        default: self = failure.isNotProcessed ? .unavailable : .refused
        }
    }
}
