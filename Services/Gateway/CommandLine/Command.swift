import CommandLine
import Journeys
import Kernel

/// One command of the gateway: its syntax, the services it calls, and its action.
struct Command: Sendable {
    let syntax: Syntax
    /// The roles that may run it. Empty if it needs no credential.
    let caller: Role
    let run: @Sendable (Invocation) async throws -> Void

    /// Each service that it calls adds an option for its address. An example is the arguments of the command, or a whole
    /// line if it names the gateway.
    init(
        _ name: String, _ summary: String, details: String = "", calls: [Service] = [], caller: Role = [],
        operands: [any AnyOperand] = [], flags: [any AnyOption] = [], examples: [String],
        run: @escaping @Sendable (Invocation) async throws -> Void
    ) {
        var options = flags + [CommonFlags.json]
        // The wallet service gives the next credential of a session.
        let called = caller.isEmpty || calls.contains(.wallet) ? calls : calls + [.wallet]
        if !called.isEmpty { options += [CommonFlags.timeout, CommonFlags.authorities] + called.map(\.option) }
        if !caller.isEmpty { options.append(CommonFlags.credential) }
        if !calls.isEmpty || !caller.isEmpty { options.append(CommonFlags.zone) }
        syntax = Syntax(
            "gateway", words: name.split(separator: " ").map(String.init), summary, details: details,
            operands: operands, options: options,
            examples: examples.map {
                $0.contains("gateway") ? $0 : "gateway \(name) \($0)".trimmed
            })
        self.caller = caller
        self.run = run
    }

    /// The role that it acts in.
    var role: Role { caller.contains(.user) ? .user : .operator }

    /// `["admin", "room", "open"]`
    var words: [String] { syntax.words }

    /// The words with spaces between: `admin room open`.
    var name: String { words.joined(separator: " ") }
}

enum CommonFlags {
    static let json = Option("json", .flag, "print one line of JSON, for scripts")
    static let timeout = Option(
        "timeout", .duration, "longest wait for an answer; 10s if not given", variable: "ONSALE_TIMEOUT")
    static let authorities = Option(
        "ca", .path, "authorities of the services' certificates, from: gateway admin certificate --ca",
        variable: "ONSALE_CA")
    static let credential = Option(
        "credential", .path, "use the credential in this file instead of the stored sign-in",
        variable: "ONSALE_CREDENTIAL")
    static let requestID = Option<RequestID>(
        "request-id", .id(), "id of this request, to repeat it safely; a new id if not given")
    static let zone = Option(
        "zone", .zone, "time zone of times without one, such as Europe/Berlin; $TZ or this machine's if not given")
    static let yes = Option("yes", .flag, "do not ask for confirmation")
}
