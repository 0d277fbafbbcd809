import CommandLine
import Kernel

enum CompletionCommand {
    private static let shell = Operand("SHELL", .choice(Completion.shells))

    static let command = Command(
        "completion", "Prints the script that lets a shell complete commands and options.",
        details: """
            To install it: for bash, add the first line below to ~/.bashrc; for zsh and fish, type the others once. It also
            completes the names of concerts, dates, rooms and tickets.
            """,
        operands: [shell],
        examples: [
            "source <(gateway completion bash)", "gateway completion zsh > ~/.zfunc/_gateway",
            "gateway completion fish > ~/.config/fish/completions/gateway.fish",
        ],
        run: { run in
            let script = CommandTable.completion.script(for: run[shell])
            // Not wrapped in a terminal, because users copy it.
            run.console.print(run.isJSON ? JSON.object(["script": .string(script)]).text : script)
        })
}

enum ManualCommand {
    static let command = Command(
        "man", "Prints the manual page of all commands, for man(1).", examples: ["", "gateway man > gateway.1"],
        run: { run in
            let page = ManPage.text(
                of: "gateway", summary: "buys and sells tickets of Onsale", CommandTable.all.map(\.syntax),
                exits: GatewayExit.allCases.map { ($0.rawValue, $0.meaning) })
            run.console.print(run.isJSON ? JSON.object(["page": .string(page)]).text : page)
        })

    static let version = Command(
        "version", "Prints the version of the gateway, of the contracts, and the commit.", examples: ["", "--json"],
        run: { run in
            run.show(
                .object([
                    "version": .string(Version.number), "contract": .string(Version.contract),
                    "commit": .string(Version.commit),
                ]), Version.text(of: "gateway"))
        })
}
