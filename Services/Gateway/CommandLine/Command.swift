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
        var options = flags
        if Self.lists.contains(name) { options += CommonFlags.lists }
        if Self.watched.contains(name) { options.append(CommonFlags.watch) }
        // The wallet service gives the next credential of a session.
        let called = caller.isEmpty || calls.contains(.wallet) ? calls : calls + [.wallet]
        if !called.isEmpty { options += [CommonFlags.timeout, CommonFlags.authorities] + called.map(\.option) }
        if !caller.isEmpty { options.append(CommonFlags.credential) }
        if !calls.isEmpty || !caller.isEmpty { options.append(CommonFlags.zone) }
        syntax = Syntax(
            "gateway", words: name.split(separator: " ").map(String.init), summary, details: details,
            operands: operands, options: options, common: CommonFlags.everywhere,
            examples: examples.map {
                $0.contains("gateway") ? $0 : "gateway \(name) \($0)".trimmed
            })
        self.caller = caller
        self.run = run
    }

    /// The commands that print a list. The parser refuses the options of lists for others.
    private static let lists: Set = [
        "concerts", "dates", "reservations", "payments", "tickets", "balance", "history", "sessions", "status",
        "profile list", "admin sessions", "admin operator list", "admin keys create", "admin keys list",
        "admin keys stage", "admin keys promote", "admin keys drop", "admin keys split", "admin room list",
        "admin schedule list", "admin halts list", "admin reservations", "places", "admin room places",
        "admin room codes",
        "admin user find", "admin user places", "admin user payments", "admin user history",
    ]
    /// The commands whose result changes while people look at it.
    private static let watched: Set = ["place", "status", "admin room show", "admin report"]

    /// True if it prints comma-separated values: lists, the report and exports.
    var hasCSV: Bool { printsList || name == "admin report" || words.starts(with: ["admin", "export"]) }

    var printsList: Bool { syntax.options.contains { $0.name == CommonFlags.columns.name } }

    /// The role that it acts in.
    var role: Role { caller.contains(.user) ? .user : .operator }

    /// `["admin", "room", "open"]`
    var words: [String] { syntax.words }

    /// The words with spaces between: `admin room open`.
    var name: String { words.joined(separator: " ") }
}
