import CommandLine
import Kernel

/// Reads passwords. There is no flag for a password, because other users of the machine can read command lines.
enum Password {
    static let file = Option("password-file", .path, "file of the password; - for standard input")
    private static let variable = "ONSALE_PASSWORD"

    /// The password from the file, the environment or the terminal. Asks twice if it `isNew`.
    static func read(_ run: Invocation, isNew: Bool) throws(GatewayError) -> String {
        if let path = try run.arguments.value(file) {
            let isInput = path == "-"
            guard let text = isInput ? run.console.input.line() ?? "" : try ConfigurationFolder.read(path)?.firstLine
            else {
                throw GatewayError(.file, "\(file.name): there is no file \(path)")
            }
            guard !text.isEmpty else {
                throw GatewayError(
                    .file,
                    "\(file.name): the first line of \(isInput ? "standard input" : path) is empty. "
                        + "Write the password there"
                )
            }
            return text
        }
        if let text = run.environment[variable], !text.isEmpty { return text }
        guard run.questions.canAsk else {
            throw .usage("not a terminal: pass the password in $\(variable) or with \(file.name) FILE")
        }
        while true {
            let password = try ask("Password:", run)
            if !isNew { return password }
            if try ask("Repeat the password:", run) == password { return password }
            run.console.print("The passwords differ. Please type them again.")
        }
    }

    private static func ask(_ question: String, _ run: Invocation) throws(GatewayError) -> String {
        defer { run.console.draw("\n") }
        switch run.console.input.hiddenLine({ run.console.draw("\(question) ") }) {
        case .text(let text): return text
        case .interrupted: throw GatewayError(.interrupted, "interrupted before a password was given")
        }
    }
}

extension String {
    fileprivate var firstLine: String { String(prefix { $0 != "\n" && $0 != "\r\n" }) }
}
