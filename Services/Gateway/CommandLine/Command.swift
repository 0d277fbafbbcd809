import Journeys
import Kernel

/// One command of the gateway: its operands and flags, its help, and its action.
///
/// Parsing, help, suggestions and shell completion read this description and nothing else.
struct Command: Sendable {
    /// `["admin", "room", "open"]`
    let words: [String]
    let summary: String
    /// A paragraph of help below the summary.
    var details = ""
    /// The services it calls. Each adds a flag for its address.
    var calls: [Service] = []
    /// The roles that may run it. Empty if it needs no credential.
    var caller: Role = []
    var operands: [any AnyOperand] = []
    var flags: [any AnyFlag] = []
    /// Complete shell lines.
    let examples: [String]
    let run: @Sendable (Invocation) async throws -> Void

    init(
        _ name: String, _ summary: String, details: String = "", calls: [Service] = [], caller: Role = [],
        operands: [any AnyOperand] = [], flags: [any AnyFlag] = [], examples: [String],
        run: @escaping @Sendable (Invocation) async throws -> Void
    ) {
        words = name.split(separator: " ").map(String.init)
        self.summary = summary
        self.details = details
        self.calls = calls
        self.caller = caller
        self.operands = operands
        self.flags = flags
        self.examples = examples
        self.run = run
    }

    /// The words with spaces between: `admin room open`.
    var name: String { words.joined(separator: " ") }

    /// Its own flags, and those that its services and roles add.
    var allFlags: [any AnyFlag] {
        var all = flags + [CommonFlags.json]
        if !calls.isEmpty { all += [CommonFlags.timeout] + calls.map(\.flag) }
        if !caller.isEmpty { all.append(CommonFlags.credential) }
        return all
    }

    var usage: String {
        let operands = self.operands.map { operand in
            let name = operand.arity.isRepeated ? "\(operand.name)..." : operand.name
            return operand.arity.isRequired ? name : "[\(name)]"
        }
        return (["gateway", name] + operands + ["[OPTIONS]"]).joined(separator: " ")
    }
}

/// Flags of several commands.
enum CommonFlags {
    static let json = Flag("--json", .isGiven, "print one line of JSON, for scripts")
    static let timeout = Flag(
        "--timeout", .duration, "longest wait for an answer; 10s if not given", variable: "ONSALE_TIMEOUT")
    static let credential = Flag(
        "--credential", .path, "use the credential in this file instead of the stored sign-in",
        variable: "ONSALE_CREDENTIAL")
    static let requestID = Flag<RequestID>(
        "--request-id", .id(), "id of this request, to repeat it safely; a new id if not given")
    static let zone = Flag(
        "--zone", .zone, "time zone of times without one, such as Europe/Berlin; this machine's if not given",
        variable: "TZ")
    static let yes = Flag("--yes", .isGiven, "do not ask for confirmation")
}
