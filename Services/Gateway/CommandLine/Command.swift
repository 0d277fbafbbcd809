/// One command of the gateway: what it takes, what is said about it, and what it does.
struct Command: Sendable {
    struct Flag: Sendable {
        /// `--at`
        let name: String
        /// `HOST:PORT`
        let placeholder: String
        let summary: String
    }

    /// What stands without a flag.
    struct Operand: Sendable {
        let name: String
        let isRequired: Bool
    }

    let name: String
    let summary: String
    let operands: [Operand]
    let flags: [Flag]
    /// Each as it is typed.
    let examples: [String]
    let run: @Sendable (Arguments, Console) async throws(GatewayError) -> Void

    var usage: String {
        let flags = self.flags.map { "[\($0.name) \($0.placeholder)]" }
        let operands = self.operands.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        return (["gateway", name] + flags + operands).joined(separator: " ")
    }

    var help: String {
        let heads = flags.map { "  \($0.name) \($0.placeholder)" }
        let width = heads.map(\.count).max() ?? 0
        let lines = zip(heads, flags).map { head, flag in
            head + String(repeating: " ", count: width - head.count) + "  \(flag.summary)\n"
        }
        return """
            \(usage)

            \(summary)

            \(lines.isEmpty ? "" : "Options:\n\(lines.joined())\n")Examples:
            \(examples.map { "  \($0)\n" }.joined())
            \(GatewayExit.help)
            """
    }
}
