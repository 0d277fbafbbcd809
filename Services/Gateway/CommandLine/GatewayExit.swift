/// How a command ended, for scripts. The larger numbers are those of sysexits.
package enum GatewayExit: Int32, CaseIterable, Sendable {
    case done = 0
    case refused = 1
    case indefinite = 2
    case usage = 64
    case unavailable = 69

    private var meaning: String {
        switch self {
        case .done: "done"
        case .refused: "the service said no; nothing has changed"
        case .indefinite: "it may have happened; repeat it with the same --request-id to find out"
        case .usage: "the command line is wrong; nothing was sent"
        case .unavailable: "no service could be reached, or it is busy; try again later"
        }
    }

    static var help: String {
        let lines = allCases.map { "  \($0.rawValue)\($0.rawValue < 10 ? " " : "")  \($0.meaning)\n" }
        return "Exit codes:\n\(lines.joined())"
    }
}

/// Why a command did not do what it was asked for.
package struct GatewayError: Error {
    let exit: GatewayExit
    /// What happened, and what to do.
    let message: String

    static func usage(_ message: String) -> GatewayError { GatewayError(exit: .usage, message: message) }
}
