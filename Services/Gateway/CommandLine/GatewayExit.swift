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
        case .done: "done"
        case .refused: "the answer is no; nothing has changed"
        case .indefinite: "not known yet: it may have happened. The message says how to find out"
        case .usage: "the command line is wrong; nothing was sent"
        case .unavailable: "no service could be reached, or it is busy; try again later"
        case .file: "a file of this machine cannot be read or written"
        case .notAllowed: "nobody is signed in, or not as somebody who may do this"
        case .interrupted: "ended by Ctrl-C"
        }
    }

    static var help: String {
        let lines = allCases.map { exit in
            let number = "\(exit.rawValue)"
            return "  \(number)\(String(repeating: " ", count: 5 - number.count))\(exit.meaning)\n"
        }
        return "Exit codes:\n\(lines.joined())"
    }
}
