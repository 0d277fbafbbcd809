import CommandLine
import Identity
import Journeys
import RPC

/// An action of an operator as people read it.
struct ActionText {
    private let head: [String]
    private let user: String
    private let shortUser: String
    private let request: String

    /// `name` is the one of the operator. Without one, the id of the user stands in its place: its end in a paragraph.
    init(_ action: OperatorAction, of service: Service, at time: String, by name: String?) {
        let mark = action.sessionID == nil ? "BREAK-GLASS " : ""
        let method = action.method.split(separator: "/").last ?? ""
        head = [time, service.rawValue, "\(method)"].map(\.printable)
        user = mark + (name ?? "\(action.userID)").printable
        shortUser = mark + (name ?? IDSuffix.text(of: action.userID)).printable
        request = action.hasRequest ? action.request.printable : "(deleted)"
    }

    var line: String { (head + [user, request]).joined(separator: Self.gap) }

    /// The request stands below the rest, in lines of at most `columns` cells. It is JSON, which has no spaces between words.
    func paragraph(_ columns: Int, _ style: Style) -> String {
        let spaced = request.replacing(/("(?:[^"\\]|\\.)*")|[,:]/) { $0.1 ?? $0.0 + " " }
        let heading = (head + [shortUser]).joined(separator: Self.gap).wrapped(to: columns)
        return "\(style.paint(heading, .bold))\n\("\(Self.margin)\(spaced)".wrapped(to: columns))"
    }

    private static let gap = "  "
    private static let margin = "    "
}

extension OperatorAction {
    /// False if the request is too old to be kept.
    var hasRequest: Bool { !salt.isEmpty }
}
