import CommandLine

enum CompletionCommand {
    private static let shell = Operand("SHELL", ValueKind<String>.choice(Completion.shells))

    static let command = Command(
        "completion", "Prints the script that lets a shell complete commands and options.",
        operands: [shell],
        examples: [
            "source <(gateway completion bash)", "gateway completion zsh > ~/.zfunc/_gateway",
            "gateway completion fish > ~/.config/fish/completions/gateway.fish",
        ],
        run: write)

    private static func write(_ run: Invocation) async throws {
        let completion = Completion(of: "gateway", CommandTable.all.map(\.syntax))
        let script = completion.script(for: try run.arguments.required(shell))
        run.show(.object(["script": .string(script)]), script)
    }
}
