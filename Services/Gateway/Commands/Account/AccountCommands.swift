import CommandLine
import Journeys
import Kernel

/// Signs users up, in and out.
enum AccountCommands {
    private static let withoutTerminal =
        "Without a terminal, pass the password in $ONSALE_PASSWORD or with --password-file."

    static let signUp = command(
        "sign-up", "Creates a user, and signs in.",
        "The sign-in is stored in the configuration folder. The password is not stored. \(withoutTerminal)",
        flags: [CommonFlags.requestID], isNew: true
    ) { try await Wallet($0).signUp($1, password: $2) }

    static let signIn = command(
        "sign-in", "Signs in, and stores the sign-in for later commands.", withoutTerminal, flags: [], isNew: false
    ) { try await Wallet($0).signIn($1, password: $2) }

    private static func command(
        _ name: String, _ summary: String, _ details: String, flags: [any AnyOption], isNew: Bool,
        _ enter:
            @escaping @Sendable (ServiceCaller, _ name: String, _ password: String) async throws -> StoredCredential
    ) -> Command {
        Command(
            name, summary, details: details, calls: [.wallet], operands: [Operands.name],
            flags: [Password.file] + flags, examples: ["alice", "gateway \(name) alice --password-file - < secret"],
            run: { run in
                let password = try Password.read(run, isNew: isNew)
                let credential = try await enter(run.caller, run[Operands.name], password)
                try run.configuration.store(credential)
                run.show(
                    credential.json, "Signed in as \(credential.name), until \(run.zone.text(of: credential.expiry)).")
            })
    }

    static let signOut = Command(
        "sign-out", "Removes the stored sign-in from this machine.",
        details: "The record of recent places, reservations and payments stays for the next sign-in of the same user.",
        examples: [""],
        run: { run in
            let name = try run.configuration.credential(of: .user)?.name
            try run.configuration.removeCredential(of: .user)
            run.show(
                .object(["signedOut": name.map { .string($0) } ?? .null]),
                name.map { "Signed out: \($0)." } ?? "You were not signed in.")
        })

    static let whoAmI = Command(
        "whoami", "Shows the signed-in user, and when the sign-in expires.", caller: .user,
        examples: ["", "--json"],
        run: { run in
            let credential = try run.ownCredential()
            run.show(
                credential.json.adding(["role": .string("\(credential.role)")]),
                "\(credential.name), \(credential.role), signed in until \(run.zone.text(of: credential.expiry))")
        })
}

extension StoredCredential {
    var json: JSON {
        .object(["name": .string(name), "userId": .string("\(user)"), "until": .time(expiry)])
    }
}

/// Reads passwords. There is no flag for a password, because other users of the machine can read command lines.
enum Password {
    static let file = Option("password-file", .path, "file of the password; - for standard input")
    private static let variable = "ONSALE_PASSWORD"

    /// The password from the file, the environment or the terminal. Asks twice if it `isNew`.
    static func read(_ run: Invocation, isNew: Bool) throws(GatewayError) -> String {
        if let path = run[file] {
            let isInput = path == "-"
            let text = isInput ? nil : try InputFile.required(path, by: file.flag, isSecret: true)
            if let line = text?.prefix(while: { !$0.isNewline }).description ?? run.console.input.line(), !line.isEmpty
            {
                return line
            }
            throw GatewayError(
                .file, "\(file.flag): the first line of \(isInput ? "standard input" : path) is empty",
                hint: "Write the password there")
        }
        if let text = run.environment[variable], !text.isEmpty { return text }
        guard run.questions.canAsk else {
            throw .usage("not a terminal: pass the password in $\(variable) or with \(file.flag) FILE")
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
