import Kernel

/// One command of the gateway: what it takes, what is said about it, and what it does.
///
/// Parsing, help, suggestions and shell completion all read this one description.
struct Command: Sendable {
    /// `["admin", "room", "open"]`
    let words: [String]
    let summary: String
    /// What a summary has no room for.
    var details = ""
    /// The services it calls; each can be told where.
    var calls: [Peer] = []
    /// As whom it calls them. Empty where nobody needs to be signed in.
    var caller: Role = []
    var operands: [any AnyOperand] = []
    var flags: [any AnyFlag] = []
    /// Each as it is typed.
    let examples: [String]
    let run: @Sendable (Invocation) async throws(GatewayError) -> Void

    init(
        _ name: String, _ summary: String, details: String = "", calls: [Peer] = [], caller: Role = [],
        operands: [any AnyOperand] = [], flags: [any AnyFlag] = [], examples: [String],
        run: @escaping @Sendable (Invocation) async throws(GatewayError) -> Void
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

    /// As it is typed, without the program.
    var name: String { words.joined(separator: " ") }

    /// Its own flags, and those that come with what it does.
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

/// Flags that many commands share.
enum CommonFlags {
    static let json = Flag("--json", .isGiven, "print one line of JSON, for scripts")
    static let timeout = Flag(
        "--timeout", .duration, "how long to wait for an answer; 10s if not given", variable: "ONSALE_TIMEOUT")
    static let credential = Flag(
        "--credential", .path, "call with the credential in this file instead of the kept sign-in",
        variable: "ONSALE_CREDENTIAL")
    static let requestID = Flag<RequestID>(
        "--request-id", .id(), "what names this wish on every retry; new if not given")
    static let zone = Flag(
        "--zone", .zone, "the time zone of times without one, such as Europe/Berlin; this machine's if not given",
        variable: "TZ")
    static let yes = Flag("--yes", .isGiven, "do it without asking")
}
