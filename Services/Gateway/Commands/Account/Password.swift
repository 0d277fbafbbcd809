import CommandLine

/// Reads passwords and codes. There is no flag for one, because other users of the machine can read command lines.
enum Password {
    static let file = Option("password-file", .path, "file of the password; - for standard input")
    private static let variable = "ONSALE_PASSWORD"

    /// True if the user types the password in the terminal.
    static func isAsked(by run: Invocation) -> Bool {
        run[file] == nil && run.environment[variable, default: ""].isEmpty && run.questions.canAsk
    }

    /// The secret from the file, the environment or the terminal. Asks twice if it `isNew`.
    static func read(
        _ run: Invocation, isNew: Bool, _ file: Option<String> = file, _ variable: String = variable,
        _ question: String = "Password:"
    ) throws(GatewayError) -> String {
        if let path = run[file] {
            let isInput = path == "-"
            let text = isInput ? nil : try InputFile.required(path, by: file.flag, isSecret: true)
            if let line = text?.prefix(while: { !$0.isNewline }).description ?? run.console.input.line(), !line.isEmpty
            {
                return line
            }
            throw GatewayError(
                .file, "\(file.flag): the first line of \(isInput ? "standard input" : path) is empty",
                hint: "Write the secret there")
        }
        if let text = run.environment[variable], !text.isEmpty { return text }
        guard run.questions.canAsk else {
            throw .usage("not a terminal: pass the secret in $\(variable) or with \(file.flag) FILE")
        }
        while true {
            let secret = try ask(question, run)
            if !isNew { return secret }
            if try ask("Repeat the password:", run) == secret { return secret }
            run.console.print("The passwords differ. Please type them again.")
        }
    }

    private static func ask(_ question: String, _ run: Invocation) throws(GatewayError) -> String {
        defer { run.console.draw("\n") }
        switch run.console.input.hiddenLine({ run.console.draw("\(question) ") }) {
        case .text(let text): return text
        case .interrupted: throw GatewayError(.interrupted, "interrupted before a secret was given")
        }
    }
}
