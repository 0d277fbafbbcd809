import CommandLine

enum CompletionCommand {
    private static let shell = Operand("SHELL", .choice(Completion.shells))

    static let command = Command(
        "completion", "Prints the script that lets a shell complete commands and options.",
        operands: [shell],
        examples: [
            "source <(gateway completion bash)", "gateway completion zsh > ~/.zfunc/_gateway",
            "gateway completion fish > ~/.config/fish/completions/gateway.fish",
        ],
        run: { run in
            let script = Completion(of: "gateway", CommandTable.all.map(\.syntax)).script(for: run[shell])
            run.show(.object(["script": .string(script)]), script)
        })
}
