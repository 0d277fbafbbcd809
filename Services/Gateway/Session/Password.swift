import Kernel

/// Passwords never stand on the command line, where other users of the machine can read them.
enum Password {
    static let file = Flag("--password-file", .path, "read the password from this file; - for standard input")
    private static let variable = "ONSALE_PASSWORD"

    /// From the file, the environment, or whoever sits there; asked twice where it `isNew`.
    static func read(_ run: Invocation, isNew: Bool) throws(GatewayError) -> String {
        if let path = try run.arguments.value(file) {
            let isInput = path == "-"
            guard let text = isInput ? run.console.input.line() ?? "" : try Home.read(path)?.firstLine else {
                throw GatewayError(.file, "there is no file \(path)")
            }
            guard !text.isEmpty else {
                throw GatewayError(.file, "\(isInput ? "standard input" : path) has no password in its first line")
            }
            return text
        }
        if let text = run.environment[variable], !text.isEmpty { return text }
        guard run.canAsk else {
            throw .usage("nobody is there to be asked: give the password in $\(variable) or with \(file.name) FILE")
        }
        while true {
            let password = try ask("Password:", run)
            if !isNew { return password }
            if try ask("Once more:", run) == password { return password }
            run.console.print("These two differ. Please type it again.")
        }
    }

    private static func ask(_ question: String, _ run: Invocation) throws(GatewayError) -> String {
        defer { run.console.draw("\n") }
        switch run.console.input.hiddenLine({ run.console.draw("\(question) ") }) {
        case .text(let text): return text
        case .interrupted: throw GatewayError(.interrupted, "no password was given")
        }
    }
}

extension String {
    fileprivate var firstLine: String { String(prefix { $0 != "\n" && $0 != "\r\n" }) }
}
