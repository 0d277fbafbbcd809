import CommandLine
import Journeys
import Kernel

/// Signs users up, in and out.
enum AccountCommands {
    private static let name = Operand("NAME", ValueKind<String>.text("NAME"))

    static let signUp = Command(
        "sign-up", "Creates a user, and signs in.",
        details: """
            The sign-in is stored in the configuration folder. The password is not stored. Without a terminal, pass the
            password in $ONSALE_PASSWORD or with --password-file.
            """,
        calls: [.wallet], operands: [name], flags: [Password.file, CommonFlags.requestID, CommonFlags.zone],
        examples: ["gateway sign-up alice", "gateway sign-up alice --password-file - < secret"],
        run: { run in
            let name = try run.arguments.required(name)
            try store(
                try await Wallet(run.caller).signUp(name, password: try Password.read(run, isNew: true)), run)
        })

    static let signIn = Command(
        "sign-in", "Signs in, and stores the sign-in for later commands.",
        details: "Without a terminal, pass the password in $ONSALE_PASSWORD or with --password-file.",
        calls: [.wallet], operands: [name], flags: [Password.file, CommonFlags.zone],
        examples: ["gateway sign-in alice", "gateway sign-in alice --password-file - < secret"],
        run: { run in
            let name = try run.arguments.required(name)
            try store(
                try await Wallet(run.caller).signIn(name, password: try Password.read(run, isNew: false)), run)
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
                .object([
                    "name": .string(credential.name), "role": .string("\(credential.role)"),
                    "userId": .string("\(credential.user)"), "until": .time(credential.expiry.milliseconds),
                ]),
                "\(credential.name), \(credential.role), signed in until "
                    + run.localTime(credential.expiry.milliseconds))
        })

    private static func store(_ credential: StoredCredential, _ run: Invocation) throws {
        try run.configuration.store(credential)
        run.show(
            .object([
                "name": .string(credential.name), "userId": .string("\(credential.user)"),
                "until": .time(credential.expiry.milliseconds),
            ]),
            "Signed in as \(credential.name), until \(run.localTime(credential.expiry.milliseconds)).")
    }
}
