import CommandLine
import Journeys
import Kernel

/// Signs users up, in and out.
enum AccountCommands {
    static let signUp = Command(
        "sign-up", "Creates a user, and signs in.",
        details: """
            The sign-in is stored in the configuration folder. The password is not stored. Without a terminal, pass the
            password in $ONSALE_PASSWORD or with --password-file.
            """,
        calls: [.wallet], operands: [Operands.name], flags: [Password.file, CommonFlags.requestID, CommonFlags.zone],
        examples: ["gateway sign-up alice", "gateway sign-up alice --password-file - < secret"],
        run: { run in
            let password = try Password.read(run, isNew: true)
            try store(try await Wallet(run.caller).signUp(run[Operands.name], password: password), run)
        })

    static let signIn = Command(
        "sign-in", "Signs in, and stores the sign-in for later commands.",
        details: "Without a terminal, pass the password in $ONSALE_PASSWORD or with --password-file.",
        calls: [.wallet], operands: [Operands.name], flags: [Password.file, CommonFlags.zone],
        examples: ["gateway sign-in alice", "gateway sign-in alice --password-file - < secret"],
        run: { run in
            let password = try Password.read(run, isNew: false)
            try store(try await Wallet(run.caller).signIn(run[Operands.name], password: password), run)
        })

    static let signOut = Command(
        "sign-out", "Removes the stored sign-in from this machine.",
        details: "The record of recent places, reservations and payments stays for the next sign-in of the same user.",
        examples: ["gateway sign-out"],
        run: { run in
            let name = try run.configuration.credential(of: .user)?.name
            try run.configuration.removeCredential(of: .user)
            run.show(
                .object(["signedOut": name.map { .string($0) } ?? .null]),
                name.map { "Signed out: \($0)." } ?? "You were not signed in.")
        })

    static let whoAmI = Command(
        "whoami", "Shows the signed-in user, and when the sign-in expires.", caller: .user, flags: [CommonFlags.zone],
        examples: ["gateway whoami", "gateway whoami --json"],
        run: { run in
            let credential = try run.credential()
            run.show(
                credential.json.adding(["role": .string("\(credential.role)")]),
                "\(credential.name), \(credential.role), signed in until \(run.zone.text(of: credential.expiry))")
        })

    private static func store(_ credential: StoredCredential, _ run: Invocation) throws {
        try run.configuration.store(credential)
        run.show(credential.json, "Signed in as \(credential.name), until \(run.zone.text(of: credential.expiry)).")
    }
}

extension StoredCredential {
    var json: JSON {
        .object(["name": .string(name), "userId": .string("\(user)"), "until": .time(expiry.milliseconds)])
    }
}
