import CommandLine
import Journeys
import Kernel
import WalletAPI

/// Changes and resets passwords.
enum PasswordCommands {
    private static let newFile = Option(
        "new-password-file", .path, "file of the new password; - for standard input")
    private static let code = Option("code-file", .path, "file of the code from an owner; - for standard input")
    private static let newVariable = "ONSALE_NEW_PASSWORD"
    private static let codeVariable = "ONSALE_CODE"

    static let change = change("change-password", as: .user)
    static let changeOfOperator = change("admin change-password", as: .operator)

    private static func change(_ name: String, as role: Role) -> Command {
        Command(
            name, "Changes your password, and ends your sessions on all other machines.",
            details: """
                Without a terminal, pass the present password in $ONSALE_PASSWORD or with --password-file, and the new one
                in $\(newVariable) or with \(newFile.flag).
                """,
            calls: [.wallet], caller: role, flags: [Password.file, newFile, CommonFlags.requestID],
            examples: ["", "--password-file old --new-password-file new"],
            run: { run in
                // Fails before the first question.
                _ = try await run.ownCredential()
                let old = try Password.read(run, isNew: false)
                let new = try Password.read(run, isNew: true, newFile, newVariable, "New password:")
                try await People(run.caller).changePassword(old, to: new)
                run.show(.object(["changed": .bool(true)]), "The password is changed. All other sessions have ended.")
            })
    }

    static let reset = Command(
        "admin password reset", "Invalidates a user's password, and prints a code for a new one.",
        details: """
            Ends all sessions of the user. Give the code to the user only. It works once, for a day. The user types:
            gateway set-password NAME
            """,
        calls: [.wallet], caller: .operator, operands: [Operands.name],
        flags: [CommonFlags.requestID, CommonFlags.yes],
        examples: ["alice --yes"],
        run: { run in
            let name = run[Operands.name]
            try run.questions.requireConfirmation(
                "Invalidate the password of \(name), and end all sessions?", unchanged: "the password stays valid")
            let reply = try await People(run.caller).resetPassword(of: name)
            run.show(
                .object(["name": .string(name), "code": .string(reply.code), "until": .time(reply.expiresAt)]),
                "\(reply.code) sets a new password of \(name) once, until \(run.localTime(reply.expiresAt)).")
        })

    static let set = Command(
        "set-password", "Sets a new password with a code from an owner.",
        details: """
            Without a terminal, pass the code in $\(codeVariable) or with \(code.flag), and the password in
            $ONSALE_PASSWORD or with --password-file.
            """,
        calls: [.wallet], operands: [Operands.name], flags: [code, Password.file, CommonFlags.requestID],
        examples: ["alice", "alice --code-file code --password-file secret"],
        run: { run in
            let name = run[Operands.name]
            let code = try Password.read(run, isNew: false, code, codeVariable, "Code:")
            let password = try Password.read(run, isNew: true)
            try await People(run.caller).setPassword(of: name, to: password, code: code)
            run.show(.object(["name": .string(name)]), "The password is set. Next: gateway sign-in \(name)")
        })
}
